from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, SigningUnavailable
from pipeline.model.dossier import Manifest
from pipeline.model.mark import MarkProfile
from pipeline.model.signature import SignatureLevel, SigningState
from pipeline.pdf.printed_font import find_font
from pipeline.signing.keys import Key, Pkcs12Key
from pipeline.signing.signer import AgencySigner
from pipeline.usecases.marking import Marker
from pipeline.usecases.sign import Signatory, SigningQueue
from tests.signing.authority import AGENCY, PASSPHRASE, Authority, write_pkcs12
from tests.usecases.fakes import COUNTER, SHORT_SCAN, TWO_SLIPS, House, open_house

PROFILE = MarkProfile(
    "p", "", mark=(("Chuyển từ giấy",), ("{agency}", "{time}")), signature=()
)


class Token:
    """A key that can be pulled out."""

    def __init__(self, key: Key) -> None:
        self.key, self.away = key, False
        self.asked = 0

    def __call__(self) -> Key:
        self.asked += 1
        if self.away:
            raise SigningUnavailable("token away")
        return self.key


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    authority = Authority()
    file = tmp_path_factory.mktemp("key") / "agency.p12"
    return Pkcs12Key(write_pkcs12(file, authority.agency(), authority), PASSPHRASE)


@pytest.fixture
def token(key: Key) -> Token:
    return Token(key)


@pytest.fixture
def house(home: Path, token: Token) -> Iterator[House]:
    house = open_house(home, TWO_SLIPS)
    marker = Marker({"p": PROFILE}, "p", (COUNTER,), (), find_font(None))
    signatory = Signatory(
        AgencySigner(token), SignatureLevel.BASIC, (), marker, house.clock
    )
    filer = replace(house.filer, marker=marker, signatory=signatory)
    digitizer = replace(house.digitizer, filer=filer)
    yield replace(house, filer=filer, digitizer=digitizer)
    house.catalog.close()


def queue(house: House) -> SigningQueue:
    return SigningQueue(
        house.archive,
        house.catalog,
        house.filer.signatory,
        house.filer.index,
        house.home / "scratch",
        house.clock,
    )


def file_scan(house: House) -> tuple[Manifest, ...]:
    return house.digitize(house.receive(SHORT_SCAN).batch.id)


def faults(house: House) -> list[str | None]:
    return [each.fault for each in house.archive.verify() if each.fault]


def test_what_is_filed_is_signed_and_marked(house: House) -> None:
    first, second = file_scan(house)
    for document in (*first.documents, *second.documents):
        assert document.signature is not None
        assert document.signature.signer == AGENCY
        assert document.conversion is not None
        assert document.conversion.text.startswith("Chuyển từ giấy\nUBND xã | 2026-")
    assert house.catalog.signing_counts()[SigningState.SIGNED] == 2
    assert faults(house) == []


def test_a_token_that_is_away_keeps_nothing_from_being_filed(
    house: House, token: Token
) -> None:
    token.away = True
    filed = file_scan(house)
    assert [each.documents[0].signature for each in filed] == [None, None]
    assert token.asked == 1
    assert house.catalog.signing_counts()[SigningState.UNSIGNED] == 2


def test_what_waits_is_signed_as_the_next_revision(house: House, token: Token) -> None:
    token.away = True
    unsigned = file_scan(house)[0]
    token.away = False
    assert [each.state for each in queue(house).sign_waiting(10)] == ["signed"] * 2
    signed = house.archive.manifest(unsigned.id)
    document = signed.documents[0]
    assert (signed.revision, document.text_key) == (2, unsigned.documents[0].text_key)
    assert document.signature is not None
    assert house.archive.manifest(unsigned.id, 1) == unsigned
    assert faults(house) == []


def test_the_hand_off_is_queued_again_with_the_signature(
    house: House, token: Token
) -> None:
    token.away = True
    file_scan(house)
    token.away = False
    list(queue(house).sign_waiting(10))
    assert sorted(row.revision for row in house.catalog.deliveries()) == [1, 1, 2, 2]


def test_an_outage_ends_the_round_and_is_recorded(house: House, token: Token) -> None:
    token.away = True
    file_scan(house)
    (failed,) = queue(house).sign_waiting(10)
    assert (failed.state, failed.reason) == (SigningState.FAILED, "UNAVAILABLE")
    record = house.catalog.signing(failed.dossier_id)
    assert record is not None
    assert (record.state, record.attempts, record.reason) == (
        SigningState.FAILED,
        1,
        "UNAVAILABLE",
    )


def test_a_damaged_dossier_does_not_stop_the_others(house: House, token: Token) -> None:
    token.away = True
    damaged, _ = file_scan(house)
    path = house.home / "store" / damaged.documents[0].key
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 something else")
    token.away = False
    results = {each.dossier_id: each for each in queue(house).sign_waiting(10)}
    assert results.pop(damaged.id).reason == "DAMAGED"
    assert [each.state for each in results.values()] == [SigningState.SIGNED]


def test_a_try_that_died_before_its_manifest_is_found_again(
    house: House, token: Token
) -> None:
    token.away = True
    filed = file_scan(house)[0]
    token.away = False
    signing = queue(house)
    assert house.filer.signatory is not None
    lost = signing._next_revision(filed, house.filer.signatory)
    house.clock.pass_by(60)
    list(signing.sign_waiting(10))
    kept = house.archive.manifest(filed.id).documents[0]
    assert (kept.sha256, kept.signature) == (
        lost.documents[0].sha256,
        lost.documents[0].signature,
    )
    assert faults(house) == []


def test_a_rebuilt_catalog_knows_what_is_signed(house: House) -> None:
    file_scan(house)
    list(house.upkeep.rebuild())
    assert house.catalog.signing_counts()[SigningState.SIGNED] == 2


def test_signing_without_a_key_is_a_mistake_of_the_settings(house: House) -> None:
    nobody = replace(queue(house), signatory=None)
    with pytest.raises(ConfigError, match="nothing to sign with"):
        list(nobody.sign_waiting(1))

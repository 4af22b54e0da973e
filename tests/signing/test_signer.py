import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate

from pipeline.errors import ConfigError, SigningUnavailable
from pipeline.signing.detached import check_signature
from pipeline.signing.keys import Key, Pkcs11Key, Pkcs12Key
from pipeline.signing.signer import AgencySigner
from pipeline.signing.trust import read_certificates
from tests.signing.authority import (
    AGENCY,
    PASSPHRASE,
    Authority,
    Identity,
    write_pkcs12,
)
from tests.signing.servers import make_token

DIGEST = b"sha256 of a day's manifests"
PIN = "482915"


def signing_with(
    key: Key, url: str = "", *, timestamp_seconds: float = 10
) -> AgencySigner:
    return AgencySigner(lambda: key, url, timestamp_seconds)


@pytest.fixture
def roots(authority: Authority) -> tuple[Certificate, ...]:
    return read_certificates(authority.root.pem)


def test_a_signature_tells_whose_it_is(
    signer: AgencySigner, roots: tuple[Certificate, ...]
) -> None:
    verdict = check_signature(DIGEST, signer.sign(DIGEST), roots)
    assert verdict.intact
    assert verdict.trusted
    assert AGENCY in verdict.signer
    assert verdict.timestamp is None


def test_other_bytes_are_not_what_was_signed(
    signer: AgencySigner, roots: tuple[Certificate, ...]
) -> None:
    assert not check_signature(DIGEST + b".", signer.sign(DIGEST), roots).intact


def test_a_signature_of_strangers_is_intact_and_not_trusted(
    signer: AgencySigner,
) -> None:
    stranger = read_certificates(Authority("Stranger").root.pem)
    verdict = check_signature(DIGEST, signer.sign(DIGEST), stranger)
    assert (verdict.intact, verdict.trusted) == (True, False)


@pytest.mark.parametrize(
    "rubbish", [b"", b"no signature", b"0\x80", b"0\x03\x02\x01\x00"]
)
def test_rubbish_is_no_signature(
    rubbish: bytes, roots: tuple[Certificate, ...]
) -> None:
    assert not check_signature(DIGEST, rubbish, roots).intact


def test_openssl_verifies_it_without_us(
    signer: AgencySigner, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "data").write_bytes(DIGEST)
    (tmp_path / "sig").write_bytes(signer.sign(DIGEST))
    (tmp_path / "root").write_bytes(authority.root.pem)
    run = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig",
         "-content", "data", "-CAfile", "root", "-purpose", "any"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert run.stdout == DIGEST, run.stderr


def test_a_timestamp_server_tells_the_time(
    key: Pkcs12Key, clock_url: str, roots: tuple[Certificate, ...]
) -> None:
    signed = signing_with(key, clock_url).sign(DIGEST)
    verdict = check_signature(DIGEST, signed, roots)
    assert verdict.timestamp is not None
    assert datetime.now(UTC) - verdict.timestamp < timedelta(minutes=1)


def test_a_silent_timestamp_server_is_an_outage(key: Pkcs12Key) -> None:
    nobody = signing_with(key, "http://127.0.0.1:9/", timestamp_seconds=1)
    with pytest.raises(SigningUnavailable, match="timestamp server"):
        nobody.sign(DIGEST)


def test_a_wrong_passphrase_is_a_mistake_of_the_settings(key: Pkcs12Key) -> None:
    wrong = signing_with(Pkcs12Key(key.file, "not-it"))
    with pytest.raises(ConfigError) as caught:
        wrong.sign(DIGEST)
    assert "not-it" not in str(caught.value)


def test_an_expired_certificate_signs_nothing(
    authority: Authority, tmp_path: Path
) -> None:
    expired = authority.agency(expired=True)
    file = write_pkcs12(tmp_path / "old.p12", expired, authority)
    with pytest.raises(ConfigError, match="expired on"):
        signing_with(Pkcs12Key(file, PASSPHRASE)).sign(DIGEST)


def test_secrets_are_not_shown() -> None:
    keys = (Pkcs12Key(Path("k"), "secret"), Pkcs11Key(Path("m"), "t", "l", "secret"))
    assert "secret" not in repr(keys)


def test_a_token_signs_what_a_file_signs(
    tmp_path: Path,
    agency: Identity,
    roots: tuple[Certificate, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = make_token(tmp_path, agency, monkeypatch, pin=PIN)
    signer = signing_with(Pkcs11Key(module, "agency", "seal", PIN))
    verdict = check_signature(DIGEST, signer.sign(DIGEST), roots)
    assert (verdict.intact, verdict.trusted) == (True, True)


def test_a_token_that_is_away_is_an_outage(
    tmp_path: Path, agency: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = make_token(tmp_path, agency, monkeypatch, pin=PIN)
    with pytest.raises(SigningUnavailable, match="elsewhere"):
        signing_with(Pkcs11Key(module, "elsewhere", "seal", PIN)).sign(DIGEST)


def test_a_refused_pin_is_not_tried_again(
    tmp_path: Path, agency: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = make_token(tmp_path, agency, monkeypatch, pin=PIN)
    refused = tmp_path / "refused"
    with pytest.raises(ConfigError, match="PIN was refused"):
        signing_with(Pkcs11Key(module, "agency", "seal", "000000", refused)).sign(b"")
    corrected = signing_with(Pkcs11Key(module, "agency", "seal", PIN, refused))
    with pytest.raises(ConfigError, match="PIN was refused"):
        corrected.sign(b"")
    refused.unlink()
    assert corrected.sign(b"")


def test_a_module_that_is_not_there_is_a_mistake_of_the_settings() -> None:
    absent = Pkcs11Key(Path("/nowhere/module.so"), "agency", "seal", PIN)
    with pytest.raises(ConfigError, match="does not load"):
        signing_with(absent).sign(b"")

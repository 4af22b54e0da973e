"""Digests that are signed and timestamped, checked by us and by hand."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.signatory import DigestJudge, DigestSeal
from pipeline.signing.keys import Pkcs12Key
from pipeline.signing.signer import AgencySigner
from pipeline.signing.trust import read_certificates
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from tests.signing.authority import PASSPHRASE, Authority, Identity, write_pkcs12
from tests.storage.records import DOSSIER_ID, file_dossier
from tests.storage.test_digests import FOLDER, MADE_AT, ROOT, file_bare, make

DOSSIER = f"dossiers/{DOSSIER_ID}/r1"


@pytest.fixture(scope="session")
def seal(
    tmp_path_factory: pytest.TempPathFactory,
    authority: Authority,
    agency: Identity,
    clock_url: str,
) -> DigestSeal:
    path = write_pkcs12(tmp_path_factory.mktemp("key") / "a.p12", agency, authority)
    key = Pkcs12Key(path, PASSPHRASE)
    return DigestSeal(AgencySigner(lambda: key), clock_url, 10.0)


@pytest.fixture(scope="session")
def sealed_once(tmp_path_factory: pytest.TempPathFactory, seal: DigestSeal) -> Path:
    """One dossier, digested, signed and timestamped: for copies."""
    folder = tmp_path_factory.mktemp("sealed")
    archive = ObjectArchive(LocalStore(folder / "store"), seal=seal)
    file_dossier(archive, folder)
    make(archive)
    return folder / "store"


@pytest.fixture
def folder(sealed_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_once, tmp_path / "store"))


@pytest.fixture
def roots(tmp_path: Path, authority: Authority) -> Path:
    path = tmp_path / "roots.pem"
    path.write_bytes(authority.root.pem)
    return path


@pytest.fixture
def sealed(folder: Path, seal: DigestSeal, roots: Path) -> ObjectArchive:
    judge = DigestJudge(read_certificates(roots.read_bytes()))
    return ObjectArchive(LocalStore(folder), seal=seal, judge=judge)


def faults(archive: ObjectArchive) -> dict[str, str]:
    return {each.key: each.fault for each in archive.verify() if each.fault}


def test_a_sealed_digest_is_sound(sealed: ObjectArchive, folder: Path) -> None:
    assert sorted(path.name for path in (folder / FOLDER).iterdir()) == [
        "2026-11-24.json",
        "2026-11-24.p7s",
        "2026-11-24.tsr",
    ]
    assert faults(sealed) == {}


@pytest.mark.parametrize("kind", ["p7s", "tsr"])
def test_a_missing_proof_is_found(
    sealed: ObjectArchive, folder: Path, kind: str
) -> None:
    (folder / FOLDER / f"2026-11-24.{kind}").unlink()

    assert "missing" in faults(sealed)[f"{FOLDER}/2026-11-24.{kind}"]


@pytest.mark.parametrize("kind", ["p7s", "tsr"])
def test_a_digest_changed_after_it_was_sealed_is_found(
    sealed: ObjectArchive, folder: Path, kind: str
) -> None:
    path = folder / FOLDER / "2026-11-24.json"
    path.chmod(0o640)
    path.write_text(path.read_text().replace("UBND", "Ubnd"))

    assert "not of this digest" in faults(sealed)[f"{FOLDER}/2026-11-24.{kind}"]


@pytest.mark.parametrize("kind", ["p7s", "tsr"])
def test_proofs_by_strangers_are_not_believed(
    sealed: ObjectArchive, folder: Path, kind: str
) -> None:
    stranger = DigestJudge(read_certificates(Authority("A stranger").root.pem))

    found = faults(ObjectArchive(LocalStore(folder), judge=stranger))

    assert "config/trust" in found[f"{FOLDER}/2026-11-24.{kind}"]


@pytest.mark.parametrize("kind", ["p7s", "tsr"])
def test_what_is_no_proof_at_all_is_found(
    sealed: ObjectArchive, folder: Path, kind: str
) -> None:
    path = folder / FOLDER / f"2026-11-24.{kind}"
    path.chmod(0o640)
    path.write_bytes(b"\x30\x03not")

    assert "not of this digest" in faults(sealed)[f"{FOLDER}/2026-11-24.{kind}"]


# By hand: scripts/check-digests needs nothing of ours.


def by_hand(folder: Path, *roots: Path) -> tuple[int, str]:
    done = subprocess.run(
        [ROOT / "scripts/check-digests", folder, *roots],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_sound_store_passes_by_hand(
    sealed: ObjectArchive, folder: Path, roots: Path
) -> None:
    code, said = by_hand(folder, roots)

    assert code == 0
    assert sealed.last_digests()[0].sha256 in said
    assert "2 manifests and plans proven, 0 manifests in no digest yet" in said


def test_what_was_filed_since_is_told_by_hand(
    sealed: ObjectArchive, folder: Path
) -> None:
    file_bare(sealed, 7, MADE_AT)

    assert "1 manifests in no digest yet" in by_hand(folder)[1]


@pytest.mark.parametrize(
    "name",
    [
        f"{DOSSIER}/manifest.json",
        f"{DOSSIER}/01-giay-khai-sinh.pdf",
        f"{DOSSIER}/01-giay-khai-sinh.json",
        "originals/*/*/*/scan.pdf",
        "dossiers/plans/*.json",
        f"{FOLDER}/*.json",
        f"{FOLDER}/*.p7s",
        f"{FOLDER}/*.tsr",
    ],
)
def test_a_flipped_bit_is_found_by_hand(folder: Path, roots: Path, name: str) -> None:
    (path,) = folder.glob(name)
    data = bytearray(path.read_bytes())
    # The last bytes of a token are its signature; in its middle lies the root.
    data[-1 if path.suffix == ".tsr" else len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)

    assert by_hand(folder, roots)[0] == 1


@pytest.mark.parametrize(
    "name",
    [
        f"{DOSSIER}/manifest.json",
        f"{DOSSIER}/01-giay-khai-sinh.pdf",
        "originals/*/*/*/scan.pdf",
        "dossiers/plans/*.json",
        f"{FOLDER}/*.p7s",
        f"{FOLDER}/*.tsr",
    ],
)
def test_a_missing_file_is_found_by_hand(folder: Path, roots: Path, name: str) -> None:
    (path,) = folder.glob(name)
    path.unlink()

    assert by_hand(folder, roots)[0] == 1


def test_a_removed_link_of_the_chain_is_found_by_hand(
    sealed: ObjectArchive, folder: Path, roots: Path
) -> None:
    file_bare(sealed, 7, MADE_AT.replace(day=25))
    make(sealed)
    (folder / FOLDER / "2026-11-24.json").unlink()

    code, said = by_hand(folder, roots)

    assert code == 1
    assert "2026-11-26.json: the digest before is missing or another" in said

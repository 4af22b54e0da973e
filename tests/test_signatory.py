from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import Settings, SigningSettings
from pipeline.signatory import open_roots, open_signer
from pipeline.signing.keys import Pkcs11Key, Pkcs12Key
from tests.signing.authority import Authority


def _settings(folder: Path, **signing: object) -> Settings:
    return Settings(
        home=folder, config=folder, signing=SigningSettings.model_validate(signing)
    )


def test_an_agency_that_does_not_sign_has_no_signer(tmp_path: Path) -> None:
    assert open_signer(_settings(tmp_path)) is None


def test_the_passphrase_comes_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mật khẩu\n")
    signer = open_signer(
        _settings(tmp_path, key="pkcs12", pkcs12="a.p12", passphrase_file=secret)
    )
    assert signer is not None
    assert signer.find_key() == Pkcs12Key(Path("a.p12"), "mật khẩu")


def test_a_token_remembers_a_refused_pin_under_the_home_folder(tmp_path: Path) -> None:
    signer = open_signer(
        _settings(tmp_path, key="pkcs11", module="m.so", token="t", label="l", pin="1")
    )
    assert signer is not None
    key = signer.find_key()
    assert isinstance(key, Pkcs11Key)
    assert key.refused == tmp_path / "scratch" / "pin-refused"


@pytest.mark.parametrize(
    "signing",
    [
        {"key": "pkcs12"},
        {"key": "pkcs11", "module": "m.so"},
        {"key": "pkcs12", "pkcs12": "a.p12", "level": "b-t"},
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, signing: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"needs .*signing\."):
        open_signer(_settings(tmp_path, **signing))


def test_roots_are_the_pem_files_of_the_folder(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "a.pem").write_bytes(Authority("A").root.pem)
    (trust / "b.pem").write_bytes(Authority("B").root.pem)
    subjects = [
        each.subject.native["common_name"] for each in open_roots(_settings(tmp_path))
    ]
    assert subjects == ["A", "B"]


def test_a_file_without_certificate_among_the_roots_is_said(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "a.pem").write_text("-----BEGIN NOTHING-----")
    with pytest.raises(ConfigError, match=r"a\.pem"):
        open_roots(_settings(tmp_path))

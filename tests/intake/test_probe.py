import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import (
    DamagedScan,
    EmptyScan,
    EncryptedScan,
    IncompleteScan,
    OversizedScan,
    ScanRejected,
    UnsupportedScan,
)
from pipeline.intake.probe import probe, probe_in_child
from pipeline.model.scan import MediaType
from tests.intake import files
from tests.intake.files import LIMITS, WHOLE

SAMPLES = Path(__file__).parents[2] / ".." / "shared" / "samples"

PADDING = {"pdf": 12, "tiff": 8}
"""Bytes at the end whose loss loses nothing: ``%%EOF`` and line ends; alignment."""


def written(folder: Path, data: bytes) -> Path:
    path = folder / "scan"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_known_by_its_content(kind: str, tmp_path: Path) -> None:
    found = probe(written(tmp_path, WHOLE[kind]()), LIMITS)
    assert found.media_type.name.lower() in kind
    assert found.page_count == (1 if kind in ("jpeg", "png") else 3)


@pytest.mark.parametrize("kind", WHOLE)
def test_no_truncated_file_passes_for_whole(kind: str, tmp_path: Path) -> None:
    data = WHOLE[kind]()
    spare = next((n for name, n in PADDING.items() if name in kind), 0)
    generator = random.Random(20261124)
    for _ in range(60):
        cut = generator.randrange(1, len(data) - spare)
        with pytest.raises(ScanRejected):
            probe(written(tmp_path, data[:cut]), LIMITS)


@pytest.mark.parametrize("kind", WHOLE)
def test_spoilt_files_end_in_a_verdict(kind: str, tmp_path: Path) -> None:
    generator = random.Random(kind)
    for _ in range(60):
        data = bytearray(WHOLE[kind]())
        for _ in range(generator.randrange(1, 8)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        with suppress(ScanRejected):
            probe(written(tmp_path, bytes(data)), LIMITS)


def spoilt(data: bytes) -> bytes:
    return data[:20] + bytes(20) + data[40:]


def unfilled(data: bytes) -> bytes:
    # Of a copy that took the whole size first and goes on.
    return data[:40] + bytes(len(data) - 40)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", EmptyScan, id="no bytes"),
        pytest.param(b"PK\x03\x04 word", UnsupportedScan, id="docx"),
        pytest.param(b"<html>404</html>", UnsupportedScan, id="an error page"),
        pytest.param(files.locked_pdf(owner_only=False), EncryptedScan, id="locked"),
        pytest.param(b"%PDF-1.3\nnothing\n%%EOF\n", DamagedScan, id="no pdf inside"),
        pytest.param(b"%PDF-1.7\nnothing", IncompleteScan, id="pdf head"),
        pytest.param(files.pdf(60), OversizedScan, id="too many pages"),
        pytest.param(files.png((4000, 1900)), OversizedScan, id="too many pixels"),
        pytest.param(
            files.png_that_declares(60_000, 60_000), OversizedScan, id="png bomb"
        ),
        pytest.param(files.circular_tiff(), DamagedScan, id="circular tiff"),
        pytest.param(b"\xff\xd8\xff\xd9", DamagedScan, id="jpeg without a frame"),
        pytest.param(spoilt(files.png()), DamagedScan, id="spoilt png"),
        pytest.param(unfilled(files.png()), IncompleteScan, id="png not filled in"),
        pytest.param(spoilt(files.jpeg()), DamagedScan, id="spoilt jpeg"),
        pytest.param(unfilled(files.jpeg()), IncompleteScan, id="jpeg not filled in"),
        pytest.param(unfilled(files.pdf()), IncompleteScan, id="pdf not filled in"),
    ],
)
def test_a_file_that_cannot_be_a_scan_says_why(
    data: bytes, error: type[ScanRejected], tmp_path: Path
) -> None:
    with pytest.raises(error):
        probe(written(tmp_path, data), LIMITS)


def test_an_owner_password_does_not_keep_us_out(tmp_path: Path) -> None:
    path = written(tmp_path, files.locked_pdf(owner_only=True))
    assert probe(path, LIMITS).page_count == 3


def test_the_child_gives_the_same_answer(tmp_path: Path) -> None:
    path = written(tmp_path, files.pdf())
    assert probe_in_child(path, LIMITS) == probe(path, LIMITS)


def test_the_childs_refusal_comes_back_as_the_same_error(tmp_path: Path) -> None:
    with pytest.raises(EncryptedScan, match="password"):
        probe_in_child(written(tmp_path, files.locked_pdf(owner_only=False)), LIMITS)


def test_a_bomb_costs_the_child_its_memory_and_us_nothing(tmp_path: Path) -> None:
    tight = replace(LIMITS, memory=400_000_000)
    with pytest.raises((DamagedScan, OversizedScan)):
        probe_in_child(written(tmp_path, files.pdf_bomb(600_000_000)), tight)


def test_any_file_name_can_be_probed(tmp_path: Path) -> None:
    path = tmp_path / "tờ khai\n#1 \udcff.pdf"
    path.write_bytes(files.pdf())
    assert probe_in_child(path, LIMITS).media_type is MediaType.PDF


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/samples here")
def test_the_bad_samples_are_refused_with_the_right_reason() -> None:
    bad = SAMPLES / "bad_input"
    with pytest.raises(EncryptedScan):
        probe(bad / "password-is-test.pdf", LIMITS)
    with pytest.raises(DamagedScan):
        probe(bad / "invalid.pdf", LIMITS)

import pickle

import pytest

from pipeline import errors
from pipeline.errors import (
    ExitCode,
    PageUnreadable,
    PipelineError,
    Remedy,
    ScanRejected,
)
from pipeline.messages import ADVICE, SENTENCES, sentence

EXIT_CODES = {
    Remedy.FIX_CONFIG: {ExitCode.CONFIG, ExitCode.TOOL_MISSING},
    Remedy.SET_ASIDE: {ExitCode.SCAN_REJECTED},
    Remedy.TRY_AGAIN: {ExitCode.TRY_AGAIN},
    Remedy.REPORT: {ExitCode.DEFECT},
}


def all_errors(base: type[PipelineError]) -> list[type[PipelineError]]:
    return [base, *(e for kind in base.__subclasses__() for e in all_errors(kind))]


@pytest.mark.parametrize("kind", all_errors(PipelineError))
def test_an_errors_exit_code_follows_from_its_remedy(kind: type[PipelineError]) -> None:
    assert kind.exit_code in EXIT_CODES[kind.remedy]


@pytest.mark.parametrize("kind", all_errors(ScanRejected))
def test_every_rejection_has_a_sentence_for_the_clerk(kind: type[ScanRejected]) -> None:
    assert kind.reason in SENTENCES  # type: ignore[attr-defined] # all are ScanRejected
    assert sentence(kind.reason) != SENTENCES[kind.reason]  # type: ignore[attr-defined]


def test_rejections_have_reasons_of_their_own() -> None:
    reasons = [kind.reason for kind in all_errors(ScanRejected)]  # type: ignore[attr-defined]
    assert len(set(reasons)) == len(reasons)


def test_an_unreadable_page_is_named() -> None:
    assert str(errors.PageUnreadable(3, "no image")) == "page 3: no image"


def test_advice_belongs_to_known_reasons() -> None:
    assert set(ADVICE) <= set(SENTENCES)


def test_an_unreadable_page_comes_whole_out_of_its_process() -> None:
    error = pickle.loads(pickle.dumps(PageUnreadable(3, "torn")))
    assert (error.number, str(error)) == (3, "page 3: torn")

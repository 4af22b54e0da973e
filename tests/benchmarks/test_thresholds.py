from math import comb

import pytest

from pipeline.model.template import Kind
from pipeline.templates import load_thresholds
from tests.benchmarks.thresholds import (
    ALLOWED,
    HIGHEST,
    LOWEST,
    POOLS,
    fit_all,
    fit_threshold,
    to_yaml,
    upper_bound,
)

SURE = [(0.995, True)]
RIGHT, WRONG = (0.85, True), (0.85, False)


@pytest.mark.parametrize(("wrong", "of"), [(0, 598), (1, 947), (5, 2000)])
def test_the_bound_is_where_so_few_errors_become_improbable(
    wrong: int, of: int
) -> None:
    share = upper_bound(wrong, of)
    seen = sum(
        comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(wrong + 1)
    )
    assert seen == pytest.approx(0.05, abs=1e-6)


def test_what_nobody_saw_may_all_be_wrong() -> None:
    assert upper_bound(0, 0) == 1.0


def test_a_threshold_is_no_higher_than_it_must_be() -> None:
    fit = fit_threshold([*SURE * 600, *[RIGHT] * 50], "own")
    assert fit is not None
    assert (fit.threshold, fit.wrong, fit.accepted) == (LOWEST, 0, 650)
    assert fit.bound <= ALLOWED


def test_a_bad_handful_does_not_hide_behind_many_that_are_sure() -> None:
    fit = fit_threshold([*SURE * 5000, *[RIGHT] * 8, *[WRONG] * 2], "own")
    assert fit is not None
    assert (fit.threshold, fit.wrong) == (0.86, 0)


def test_too_few_values_show_nothing() -> None:
    assert fit_threshold(SURE * 500, "own") is None


def test_a_kind_with_few_values_shares_those_of_its_pool() -> None:
    fits = fit_all({Kind.SEX: SURE * 20, Kind.ETHNICITY: SURE * 700})
    assert (fits[Kind.SEX].basis, fits[Kind.ETHNICITY].basis) == ("lists", "own")
    assert fits[Kind.DATE].basis == "all"


def test_a_kind_that_errs_is_not_carried_by_its_pool() -> None:
    own = [*SURE * 20, *[(0.9, False)] * 3]
    many = [*SURE * 3000, *[(0.8, True)] * 100]
    fits = fit_all({Kind.PLOT: own, Kind.DATE: many})
    assert (fits[Kind.PLOT].threshold, fits[Kind.MONEY].threshold) == (0.91, LOWEST)


def test_without_values_nothing_but_full_agreement_is_accepted() -> None:
    assert {fit.threshold for fit in fit_all({}).values()} == {HIGHEST}


def test_every_kind_is_in_one_pool() -> None:
    assert sorted(kind for pool in POOLS.values() for kind in pool) == sorted(Kind)


def test_what_is_written_can_be_read(tmp_path) -> None:
    fits = fit_all({Kind.DATE: SURE * 700})
    (tmp_path / "kinds.yaml").write_text(to_yaml(fits, [1, 2]), encoding="utf-8")
    read = load_thresholds(tmp_path)
    assert read == {kind: fit.threshold for kind, fit in fits.items()}

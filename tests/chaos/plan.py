"""Draw from a seed what is dropped, what is killed, and when."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Picked = TypeVar("Picked")

COUNTERS = ("quay-01", "quay-02", "quay-03")
"""The counters of `tests.chaos.ground`."""


class Kind(StrEnum):
    """What a dropped file is."""

    SLIP = "one slip"
    TWO_SLIPS = "two slips"
    LETTER = "a letter of no type"
    DUPLICATE = "the same bytes again"
    DAMAGED = "damaged"
    CUT_OFF = "cut off"
    NO_SCAN = "not a scan"


GOOD = frozenset({Kind.SLIP, Kind.TWO_SLIPS, Kind.LETTER})
"""Kinds that have to end as dossiers."""

_SHARES: dict[Kind, float] = {
    Kind.SLIP: 0.36,
    Kind.TWO_SLIPS: 0.06,
    Kind.LETTER: 0.12,
    Kind.DUPLICATE: 0.20,
    Kind.DAMAGED: 0.09,
    Kind.CUT_OFF: 0.09,
    Kind.NO_SCAN: 0.08,
}


class Manner(StrEnum):
    """How a file comes into the drop folder."""

    RENAMED = "written under a temporary name, then renamed"
    SLOW = "written piece by piece under its own name"


class Blow(StrEnum):
    """What is done to the stack."""

    WORKER = "worker"
    WATCH = "watch"
    RUN = "digitize run"
    PAGE = "page process"
    SERVER = "Prefect server"
    STORE = "object store"
    DATABASE = "database"
    FREEZE_STORE = "store refuses"
    FREEZE_DATABASE = "database hangs"
    FILL_DISK = "disk is full"


KILLS = (
    Blow.WORKER,
    Blow.WATCH,
    Blow.RUN,
    Blow.PAGE,
    Blow.SERVER,
    Blow.STORE,
    Blow.DATABASE,
)
"""Blows that end a process by SIGKILL; the others are outages."""

_WEIGHTS: dict[Blow, float] = {
    Blow.WORKER: 3,
    Blow.WATCH: 3,
    Blow.RUN: 6,
    Blow.PAGE: 6,
    Blow.SERVER: 1,
    Blow.STORE: 4,
    Blow.DATABASE: 4,
}

_OUTAGES = (Blow.FREEZE_STORE, Blow.FREEZE_DATABASE, Blow.FILL_DISK)
_KILLS_PER_OUTAGE = 10
_OUTAGE_SECONDS = (3.0, 12.0)


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that somebody scans."""

    number: int
    at: float
    """Seconds after the start."""

    kind: Kind
    counter: str
    manner: Manner
    again: int | None = None
    """Number of the drop whose bytes these are, of a duplicate."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow."""

    at: float
    blow: Blow
    choice: float
    """Picks the victim where there are several: a share of their list."""

    seconds: float = 0.0
    """How long an outage lasts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run."""

    seed: int
    drops: tuple[Drop, ...]
    strikes: tuple[Strike, ...]


def draw_plan(
    seed: int, *, scans: int, kills: int, pace: float, possible: Iterable[Blow]
) -> Plan:
    """Draw a plan; the same arguments give the same plan.

    Args:
        seed: of everything random.
        scans: files that are dropped.
        kills: processes that are killed.
        pace: seconds between two kills, on average.
        possible: blows that this stack can take; others are not drawn.
    """
    chance = random.Random(seed)
    lasts = kills * pace
    return Plan(
        seed,
        _draw_drops(chance, scans, lasts * 0.9),
        _draw_strikes(chance, kills, pace, frozenset(possible)),
    )


def _draw_drops(chance: random.Random, scans: int, until: float) -> tuple[Drop, ...]:
    drops: list[Drop] = []
    for number, at in enumerate(_moments(chance, scans, until)):
        kind = _pick(chance, list(_SHARES), list(_SHARES.values()))
        good = [each.number for each in drops if each.kind in GOOD]
        if kind is Kind.DUPLICATE and not good:
            kind = Kind.SLIP
        # Often one of the last few: its first copy is still on its way then.
        again = chance.choice(good[-6:] * 3 + good) if kind is Kind.DUPLICATE else None
        counter = chance.choice(COUNTERS)
        manner = chance.choice(list(Manner))
        drops.append(Drop(number, at, kind, counter, manner, again))
    return tuple(drops)


def _draw_strikes(
    chance: random.Random, kills: int, pace: float, possible: frozenset[Blow]
) -> tuple[Strike, ...]:
    lasts = kills * pace
    targets = [blow for blow in KILLS if blow in possible]
    weights = [_WEIGHTS[blow] for blow in targets]
    strikes = [
        Strike(at, _pick(chance, targets, weights), chance.random())
        for at in _moments(chance, kills, lasts)
    ]
    outages = [blow for blow in _OUTAGES if blow in possible]
    strikes += [
        Strike(
            chance.uniform(0.05, 0.95) * lasts,
            outages[number % len(outages)],
            chance.random(),
            chance.uniform(*_OUTAGE_SECONDS),
        )
        for number in range(kills // _KILLS_PER_OUTAGE if outages else 0)
    ]
    return tuple(sorted(strikes, key=lambda strike: strike.at))


def _moments(chance: random.Random, count: int, until: float) -> list[float]:
    return sorted(chance.uniform(0, until) for _ in range(count))


def _pick(
    chance: random.Random, among: Sequence[Picked], weights: Sequence[float]
) -> Picked:
    return chance.choices(among, weights)[0]

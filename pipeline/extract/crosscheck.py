"""Compare what the papers of one dossier say of the same people and days.

Nothing is overwritten: where papers contradict one another, a person sees what each
says, the paper that counts for more first (domain.md 4.1). Only values that were
accepted are compared: the others go before a person anyway.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import Levenshtein

from pipeline.extract.identifiers import birth_year
from pipeline.model.dossier import Conflict, Field, FieldStatus, Statement
from pipeline.model.template import DocType, Kind, Standing
from pipeline.model.unicode import comparable, normalize, place_tones

NAMES_DIFFER = "one personal number, two names"
SPELLINGS_DIFFER = "one name is spelt in two ways"
BIRTHS_DIFFER = "one person, two dates of birth"
SEXES_DIFFER = "one person, two sexes"
NUMBERS_DIFFER = "one person, two personal numbers"
NUMBER_AND_BIRTH = "a personal number does not fit a date of birth on another paper"
NOBODY_OF_RECEIPT = "no paper names a person of the receipt"
DATED_AFTER_RECEIPT = "an application is dated after its receipt"

_MISREAD = 2
"""Digits by which two numbers may differ and still be meant to be one."""

_RANKS = {each: rank for rank, each in enumerate(Standing)}
_SUBJECT = "full_name"
_FORM_DATE = "ngay_ban_hanh"
_RECEIVED = "received_on"
_MOST_SHOWN = 6
"""Statements of one conflict."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the dossier, with its fields."""

    number: int
    doctype: DocType
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """What one paper says of one person."""

    rank: int
    document: int
    name: Statement
    number: Statement | None = None
    birth: Statement | None = None
    sex: Statement | None = None


@dataclass(slots=True)
class _Found:
    """Contradictions by rule and whom or what they are about."""

    groups: dict[tuple[str, str], dict[Statement, int]]

    def add(
        self, rule: str, about: str, pairs: Iterable[tuple[Statement, int]]
    ) -> None:
        self.groups.setdefault((rule, about), {}).update(pairs)

    def conflicts(self) -> tuple[Conflict, ...]:
        return tuple(
            Conflict(rule, _ranked(ranks)) for (rule, _), ranks in self.groups.items()
        )


def find_conflicts(papers: Sequence[Paper]) -> tuple[Conflict, ...]:
    """List where the papers of one dossier contradict one another."""
    people = [person for paper in papers for person in _people_of(paper)]
    found = _Found({})
    for one, other in combinations(people, 2):
        if one.document != other.document:
            _compare(one, other, found)
    _compare_receipt(papers, people, found)
    return found.conflicts()


def _people_of(paper: Paper) -> Iterator[_Person]:
    """The people a paper names; numbers and births go with the name they belong to.

    ``wife_birth`` belongs to ``wife_name``, ``seller_id`` to ``seller``,
    ``date_of_birth`` and ``personal_id`` to ``full_name``, or on a receipt to whom it
    was given.
    """
    said = {
        field.name: Statement(paper.number, field.name, field.value)
        for field in paper.fields
        if field.status is FieldStatus.OK and field.value
    }
    rank = _RANKS[paper.doctype.standing]
    for rule in paper.doctype.fields:
        name = said.get(rule.name)
        if rule.kind is not Kind.PERSON_NAME or name is None:
            continue
        stem = rule.name.removesuffix("_name")
        subject = rule.name in (_SUBJECT, "applicant")
        yield _Person(
            rank,
            paper.number,
            name,
            said.get(f"{stem}_id") or (said.get("personal_id") if subject else None),
            said.get(f"{stem}_birth")
            or (said.get("date_of_birth") if subject else None),
            said.get("sex") if subject else None,
        )


def _compare(one: _Person, other: _Person, found: _Found) -> None:
    if one.number and other.number and one.number.value == other.number.value:
        if comparable(one.name.value) != comparable(other.name.value):
            _note(NAMES_DIFFER, one, other, "name", found)
        elif _spelt(one.name) != _spelt(other.name):
            _note(SPELLINGS_DIFFER, one, other, "name", found)
        _compare_rest(one, other, found)
    elif comparable(one.name.value) == comparable(other.name.value):
        if _spelt(one.name) != _spelt(other.name):
            _note(SPELLINGS_DIFFER, one, other, "name", found)
            return
        if _have_numbers_for_one(one, other):
            _note(NUMBERS_DIFFER, one, other, "number", found)
        _compare_rest(one, other, found)


def _compare_rest(one: _Person, other: _Person, found: _Found) -> None:
    if one.birth and other.birth and not _same_day(one.birth, other.birth):
        _note(BIRTHS_DIFFER, one, other, "birth", found)
    if one.sex and other.sex and one.sex.value != other.sex.value:
        _note(SEXES_DIFFER, one, other, "sex", found)
    for holder, born in ((one, other), (other, one)):
        if holder.number is None or holder.birth or born.birth is None:
            continue
        year = birth_year(holder.number.value)
        if year is not None and not born.birth.value.startswith(str(year)):
            pairs = ((holder.number, holder.rank), (born.birth, born.rank))
            found.add(NUMBER_AND_BIRTH, holder.number.value, pairs)


def _note(rule: str, one: _Person, other: _Person, part: str, found: _Found) -> None:
    pairs = [(getattr(each, part), each.rank) for each in (one, other)]
    about = one.number.value if rule is NAMES_DIFFER and one.number else ""
    found.add(rule, about or comparable(one.name.value), pairs)


def _have_numbers_for_one(one: _Person, other: _Person) -> bool:
    """Two people may share a name, but hardly a birthday or nearly all digits."""
    if one.number is None or other.number is None:
        return False
    numbers = one.number.value, other.number.value
    if len(numbers[0]) != len(numbers[1]):
        return False  # nine digits of an old card, twelve of a new one
    born = one.birth and other.birth and one.birth.value == other.birth.value
    return bool(born) or Levenshtein.distance(*numbers) <= _MISREAD


def _same_day(one: Statement, other: Statement) -> bool:
    """Tell whether two dates are the same as far as both are given."""
    shared = min(len(one.value), len(other.value))
    return one.value[:shared] == other.value[:shared]


def _compare_receipt(
    papers: Sequence[Paper], people: Sequence[_Person], found: _Found
) -> None:
    receipts = {paper.number for paper in papers if paper.doctype.leads_dossier}
    named = [each for each in people if each.document in receipts]
    others = [each for each in people if each.document not in receipts]
    known = {comparable(each.name.value) for each in others}
    if named and others and not known & {comparable(n.name.value) for n in named}:
        pairs = ((each.name, each.rank) for each in (*named, *others))
        found.add(NOBODY_OF_RECEIPT, "", pairs)
    received = [
        _said(paper, _RECEIVED) for paper in papers if paper.doctype.leads_dossier
    ]
    for paper in papers:
        made = _said(paper, _FORM_DATE)
        if made is None or paper.doctype.standing is not Standing.APPLICATION:
            continue
        for given in received:
            if given and made.value > given.value[: len(made.value)]:
                rank = _RANKS[paper.doctype.standing]
                found.add(DATED_AFTER_RECEIPT, "", ((given, rank), (made, rank)))


def _said(paper: Paper, name: str) -> Statement | None:
    for field in paper.fields:
        if field.name == name and field.status is FieldStatus.OK and field.value:
            return Statement(paper.number, name, field.value)
    return None


def _ranked(ranks: dict[Statement, int]) -> tuple[Statement, ...]:
    order = sorted(ranks, key=lambda said: (ranks[said], said.document))
    return tuple(order[:_MOST_SHOWN])


def _spelt(name: Statement) -> str:
    return place_tones(normalize(name.value)).casefold()

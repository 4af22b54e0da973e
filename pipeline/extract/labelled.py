"""Make a field of the words beside a label: its value, its box and how sure it is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from pipeline.extract.boxed import judge_boxes, place_of, raw_text
from pipeline.extract.confidence import NUMERIC, of_value
from pipeline.extract.confirm import CONFIRMED, confirm, read_otherwise
from pipeline.extract.dates import find_dates
from pipeline.extract.form import Value
from pipeline.extract.metadata import missing
from pipeline.extract.names import is_rare_spelling
from pipeline.extract.places import known_words
from pipeline.extract.values import DOUBTFUL, FITS, REPAIRED, Parsed, parse
from pipeline.extract.votes import (
    AGREED_BY_TWO,
    DATE_READERS,
    NUMBER_READERS,
    Candidate,
    Verdict,
    decide,
)
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.geometry import enclosing
from pipeline.model.syllables import is_spelt
from pipeline.model.template import DocType, FieldRule, Kind
from pipeline.model.text import OcrWord, ReadPage
from pipeline.model.unicode import comparable

CONTRADICTED = 0.5
"""Confidence where code and print, two codes, or two readings differ."""

_AHEAD = ("tra ket qua", "hen tra", "gia tri den", "het han", "expiry", "thoi han")
"""What labels of dates say that lie in the future by nature."""

_SHARED = 0.5
"""Share of the smaller of two boxes from which they are one place."""


def to_field(
    rule: FieldRule,
    value: Value,
    read: ReadPage,
    doctype: DocType,
    today: date | None,
) -> Field:
    """Judge *value* by its form, its words and its second look, where there is one.

    The box is around the words that the value was made of, and nothing else.
    """
    ahead = any(word in comparable(label) for label in rule.labels for word in _AHEAD)
    latest = None if ahead else today
    named = rule.take.value
    if value.boxes:
        return thresholded(_in_boxes(rule, value, latest), rule, doctype)
    parsed = parse(rule.kind, value.text, today=latest)
    if value.unread is not None:
        why = f"{named}: written, but not read"
        empty = missing(rule.name, why)
        return replace(
            empty, status=FieldStatus.REVIEW, page=value.page, box=value.unread
        )
    if parsed.value is None or not value.words:
        return missing(rule.name, f"{named}: not filled in")
    words = narrow(value.words, rule.kind, parsed, latest)
    own = replace(value, words=words)
    parsed, confidence, votes = _weighed(rule.kind, own, read, parsed, latest)
    field = Field(
        rule.name,
        parsed.value,
        value.text,
        FieldStatus.OK,
        confidence,
        value.page,
        enclosing(word.box for word in words),
        "; ".join(filter(None, (named, parsed.note, votes))),
    )
    return thresholded(field, rule, doctype)


def thresholded(field: Field, rule: FieldRule, doctype: DocType) -> Field:
    """The field for *review* where its confidence is below the rule's threshold."""
    least = doctype.review_below if rule.review_below is None else rule.review_below
    if field.status is FieldStatus.OK and field.confidence < least:
        return replace(field, status=FieldStatus.REVIEW)
    return field


def narrow(
    words: tuple[OcrWord, ...], kind: Kind, parsed: Parsed, today: date | None
) -> tuple[OcrWord, ...]:
    """Leave out the words at both ends without which the value is the same.

    The hour before a date, ``bộ`` behind a number, a leader's dots: the field is not
    where they stand, and how well they were read says nothing about it.
    """
    if parsed.certainty <= DOUBTFUL:
        return words

    def says_the_same(some: Sequence[OcrWord]) -> bool:
        return bool(some) and parse(kind, _text(some), today=today) == parsed

    while says_the_same(words[1:]):
        words = words[1:]
    while says_the_same(words[:-1]):
        words = words[:-1]
    return words


def readings_of(words: Sequence[OcrWord], kind: Kind, read: ReadPage) -> Verdict | None:
    """Let the second look at the place of *words* vote; None where there was none."""
    box = enclosing(word.box for word in words)
    for look in read.second_looks:
        smaller = min(box.width * box.height, look.box.width * look.box.height)
        if look.box.overlap(box) < _SHARED * smaller:
            continue
        raw = any(reading.reader == "raw-line" for reading in look.readings)
        readers = DATE_READERS if raw else NUMBER_READERS
        verdict = decide(look.readings, _understand(kind), readers)
        if verdict:
            return verdict
    return None


def _in_boxes(rule: FieldRule, value: Value, today: date | None) -> Field:
    """Judge a value in boxes: what no two readings agree on a person reads there."""
    verdict = judge_boxes(value.boxes, rule.kind, today)
    page, place = value.page, place_of(value.boxes)
    if verdict is None:
        empty = missing(rule.name, f"{rule.take.value}: written, but not read")
        return replace(empty, status=FieldStatus.REVIEW, page=page, box=place)
    return Field(
        rule.name,
        verdict.candidate.value,
        raw_text(value.boxes),
        FieldStatus.OK if verdict.agreed else FieldStatus.REVIEW,
        round(verdict.confidence * value.label_score, 3),
        page,
        place,
        f"{rule.take.value}; {verdict.why}",
    )


def _weighed(
    kind: Kind, value: Value, read: ReadPage, parsed: Parsed, today: date | None
) -> tuple[Parsed, float, str]:
    """Judge a value by the second look at it where there is one, else by its words."""
    exact = read.page.source == "text-layer"
    once = of_value(value.words, kind, parsed, value.label_score, exact)
    spoken_against = parsed.certainty <= DOUBTFUL and parsed.understood
    if exact or (spoken_against and kind in NUMERIC):
        return parsed, once, ""
    if kind not in NUMERIC:
        return _confirmed(kind, value, read, parsed)
    verdict = readings_of(value.words, kind, read)
    if verdict is None:
        lost = kind is Kind.DATE and any(
            found.short_slot for found in find_dates(value.text)
        )
        note = "a digit may be missing" * lost
        return parsed, once * REPAIRED if lost else once, note
    if not verdict.agreed and verdict.candidate.value != parsed.value:
        return parsed, min(once, CONTRADICTED), verdict.why
    seen = parse(kind, verdict.candidate.value, today=today)
    sure = verdict.confidence * (DOUBTFUL if seen.certainty <= DOUBTFUL else 1.0)
    notes = (parsed.note, seen.note) if parsed.understood else (seen.note,)
    note = ", ".join(dict.fromkeys(filter(None, notes)))
    judged = Parsed(verdict.candidate.value, seen.certainty, note)
    return judged, round(sure * value.label_score, 3), verdict.why


def _confirmed(
    kind: Kind, value: Value, read: ReadPage, parsed: Parsed
) -> tuple[Parsed, float, str]:
    """Judge a text by its words, those that other readings confirm raised."""
    words, contradicted = confirm(value.words, kind, read)
    if _text(words) != value.text:
        parsed = parse(kind, _text(words))
    confidence = of_value(words, kind, parsed, value.label_score, False)
    odd = parsed.certainty <= DOUBTFUL or bool(_misspelt(words))
    odd = odd or (kind is Kind.PERSON_NAME and is_rare_spelling(parsed.value or ""))
    if odd or any(word.doubtful for word in words):
        other = parse(kind, read_otherwise(value.words, read) or "")
        if other.value and other.certainty == FITS and _is_usual(kind, other.value):
            why = "two readings agree against a doubtful one"
            return other, round(AGREED_BY_TWO * value.label_score, 3), why
    if kind is not Kind.PERSON_NAME:
        why = "another reading contradicts" if contradicted else _misspelt(words)
        return parsed, min(confidence, CONTRADICTED) if why else confidence, why
    if contradicted:
        return parsed, min(confidence, CONTRADICTED), "another reading contradicts"
    if is_rare_spelling(parsed.value or ""):
        return parsed, min(confidence, CONTRADICTED), "rare spelling of a name"
    return parsed, confidence, ""


def _misspelt(words: Sequence[OcrWord]) -> str:
    """Name a word with marks that no syllable has and that nothing confirms.

    ``Thuợng`` has lost a mark; ``Krông Búk`` is spelt so, and confirmed where both
    models read it alike.
    """
    unsure = (word.text for word in words if word.confidence < CONFIRMED)
    odd = any(not word.isascii() and not is_spelt(word) for word in unsure)
    return "no Vietnamese syllable" if odd else ""


def _is_usual(kind: Kind, value: str) -> bool:
    """Whether nothing in the spelling of *value* speaks against it."""
    if kind is Kind.PERSON_NAME and is_rare_spelling(value):
        return False
    known = known_words(value.split())
    return all(
        place or word.isascii() or is_spelt(word)
        for word, place in zip(value.split(), known, strict=True)
    )


def _understand(kind: Kind) -> Callable[[str], Candidate | None]:
    return _one_date if kind is Kind.DATE else lambda text: _one_number(kind, text)


def _one_date(text: str) -> Candidate | None:
    """Understand a reading of a whole line only where it holds one date."""
    dates = find_dates(text)
    if len(dates) != 1:
        return None
    notes = ("look-alikes folded to digits",) if dates[0].repaired else ()
    return Candidate(dates[0].value, dates[0].raw, notes, dates[0].short_slot)


def _one_number(kind: Kind, text: str) -> Candidate | None:
    parsed = parse(kind, text)
    if parsed.value is None or not parsed.understood:
        return None
    notes = (parsed.note,) if parsed.certainty == REPAIRED else ()
    short = kind is Kind.INTEGER and len(parsed.value) == 1
    return Candidate(parsed.value, text.strip(), notes, short, parsed.value)


def _text(words: Sequence[OcrWord]) -> str:
    return " ".join(word.text for word in words)

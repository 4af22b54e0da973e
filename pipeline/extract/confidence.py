"""From the engine's confidence to the share of values that are right.

A field's confidence is the product of four numbers, each from 0 to 1, so that nothing
that gets worse can raise it: how often words of such confidence are right, how well the
label matched, how well the text has the form of its kind, and how many readings of the
place there are. Below ``review_below`` of the field or its type a person looks.
"""

from collections.abc import Sequence

from pipeline.extract.values import Parsed
from pipeline.model.template import Kind
from pipeline.model.text import OcrWord

_SHARE_RIGHT = (
    (0.965, 0.997),
    (0.96, 0.994),
    (0.95, 0.97),
    (0.93, 0.94),
    (0.90, 0.92),
    (0.80, 0.70),
    (0.0, 0.58),
)
"""Confidence of a word from, share of such words that are right: 8,994 words of real
and degraded pages (findings/reading.md 4). Most words sit within one point."""

NUMERIC = frozenset(
    {
        Kind.DATE,
        Kind.PERSONAL_ID,
        Kind.PHONE,
        Kind.DOSSIER_CODE,
        Kind.DOCUMENT_NUMBER,
        Kind.INTEGER,
        Kind.TAX_NUMBER,
        Kind.BUSINESS_NUMBER,
        Kind.SOCIAL_INSURANCE,
        Kind.HEALTH_INSURANCE,
        Kind.PROCEDURE_CODE,
        Kind.PLOT,
        Kind.CERTIFICATE_SERIAL,
        Kind.AREA,
        Kind.MONEY,
    }
)
"""Kinds where one wrong character is another valid value."""

FREE_TEXT = frozenset({Kind.TEXT, Kind.ADDRESS, Kind.AGENCY})

READ_ONCE = 0.81
"""Factor for a number that was read once: accepted at the default threshold of 0.80
only where its words are of the class that is right 99.4 times in a hundred."""

_FORGIVING = 0.15
"""A long text is worth what its mean says, but at most this above its worst word."""


def share_right(confidence: float) -> float:
    """Tell how often words of this *confidence* are right."""
    return next(share for least, share in _SHARE_RIGHT if confidence >= least)


def of_words(words: Sequence[OcrWord], kind: Kind) -> float:
    """Judge the words of a value: by the worst of them, texts by their mean, too."""
    counted = [word for word in words if any(map(str.isalnum, word.text))]
    if kind in NUMERIC:
        with_digits = [w for w in counted if any(map(str.isdigit, w.text))]
        counted = with_digits or counted
    if not counted:
        return 0.0
    shares = [share_right(word.confidence) for word in counted]
    if kind in FREE_TEXT:
        return min(sum(shares) / len(shares), min(shares) + _FORGIVING)
    return min(shares)


def of_value(
    words: Sequence[OcrWord], kind: Kind, parsed: Parsed, label: float, exact: bool
) -> float:
    """Judge a value that was read once.

    Args:
        words: the words it was read from.
        kind: of the field.
        parsed: how well it has the form of its kind.
        label: 0-1, how well the label matched.
        exact: the page kept its own text; nothing was read.
    """
    if exact:
        return round(parsed.certainty * label, 3)
    once = READ_ONCE if kind in NUMERIC else 1.0
    return round(of_words(words, kind) * label * parsed.certainty * once, 3)

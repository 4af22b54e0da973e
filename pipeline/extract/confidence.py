"""From the confidence of words to the share of values that are right.

A field's confidence is the product of four numbers, each from 0 to 1, so that nothing
that gets worse can raise it: how often such words are right (what a word's calibrated
confidence says, second look and all), how well the label matched, how well the text has
the form of its kind, and how many readings of the place there are. Below
``review_below`` of the field or its type a person looks.
"""

import math
from collections.abc import Sequence

from pipeline.extract.values import Parsed
from pipeline.model.template import Kind
from pipeline.model.text import OcrWord

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

READ_ONCE = 0.81
"""Factor for a number that was read once: accepted at the default threshold of 0.80
only where its words are of the class that is right 99.4 times in a hundred."""


def of_words(words: Sequence[OcrWord], kind: Kind) -> float:
    """Judge the words of a value: all of them have to be right."""
    counted = [word for word in words if any(map(str.isalnum, word.text))]
    if kind in NUMERIC:
        with_digits = [w for w in counted if any(map(str.isdigit, w.text))]
        counted = with_digits or counted
    if not counted:
        return 0.0
    return math.prod(word.confidence for word in counted)


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

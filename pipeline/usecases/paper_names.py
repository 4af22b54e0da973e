"""Know papers and procedures by what receipts call them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.model.dossier import FieldStatus, PlannedDocument
from pipeline.model.template import DocType, Procedure
from pipeline.model.unicode import comparable

_ALIKE = 85
"""Percent of letters by which a listed name is that of a type."""

_JOINED = 5
"""Percent that a likeness without regard to words is worth less."""

_REQUEST_ALIKE = 88
"""Percent of letters by which what is asked for is a procedure's title: ĐĂNG KÝ KHAI TỬ
has 81 of ĐĂNG KÝ KHAI SINH."""

_BEFORE_NAME = re.compile(
    r"^(?:(?:\d{1,2}|mot|hai|ban sao|ban chinh|ban photo|ban chup|ban goc|chung thuc"
    r"|co chung thuc|the) )+"
)
"""What may stand before a paper's own name, folded."""

_SHORTEST = 4
"""Letters of the shortest name that is compared: CCCD."""


@dataclass(frozen=True, slots=True)
class PaperNames:
    """Folded names of types."""

    names: tuple[tuple[str, str], ...]
    """Name and type."""

    def find(self, listed: str) -> str | None:
        """Find the type that a receipt lists as *listed*."""
        text = plain(listed)
        starts = {text, _BEFORE_NAME.sub("", text)}
        scores = [
            (_score(start, name), len(name), doctype)
            for name, doctype in self.names
            for start in starts
        ]
        score, _, doctype = max(scores, default=(0.0, 0, ""))
        return doctype if score >= _ALIKE else None


def names_of(
    doctypes: Sequence[DocType],
    procedures: Sequence[Procedure],
    own: Procedure | None,
) -> PaperNames:
    """Gather names of types; a name of two types only where one is of *own*."""
    names: dict[str, set[str]] = {}
    for doctype in doctypes:
        for name in (doctype.title, *doctype.headings):
            names.setdefault(plain(name), set()).add(doctype.code)
    for procedure in procedures:
        for component in procedure.components:
            for name in component.names:
                names.setdefault(plain(name), set()).add(component.doctype)
    for component in own.components if own else ():
        for name in component.names:
            names[plain(name)] = {component.doctype}
    every = ((name, codes) for name, codes in names.items() if len(name) >= _SHORTEST)
    clear = [(name, next(iter(codes))) for name, codes in every if len(codes) == 1]
    return PaperNames(tuple(clear))


def _score(text: str, name: str) -> float:
    """Compare as many words of *text* as *name* has, or letters where words joined."""
    start = " ".join(text.split()[: len(name.split())])
    joined, letters = name.replace(" ", ""), text.replace(" ", "")
    return max(
        fuzz.ratio(start, name), fuzz.ratio(letters[: len(joined)], joined) - _JOINED
    )


def find_procedure(
    documents: Iterable[PlannedDocument],
    procedures: Sequence[Procedure],
    usual: str | None,
) -> str | None:
    """Tell a dossier's procedure: what its receipt asks for, else the *usual* one.

    None where something else than the usual one is asked for, that is not known here:
    papers must not be missed because another procedure would demand them.
    """
    asked = next(
        (
            field
            for document in documents
            for field in document.fields
            if field.name == "request" and field.value
        ),
        None,
    )
    if asked is None or not procedures:
        return usual
    text = plain(asked.value or "")
    scores = {each.code: _likeness(text, plain(each.title)) for each in procedures}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] >= _REQUEST_ALIKE:
        return best
    return None if asked.status is FieldStatus.OK else usual


def _likeness(asked: str, title: str) -> float:
    """Compare what is asked for with a title, which receipts shorten at their end."""
    if len(asked) < len(title) / 3:
        return fuzz.ratio(asked, title)
    return fuzz.ratio(asked, title[: len(asked) + 1])


def plain(text: str) -> str:
    """Reduce *text* to unmarked small letters and digits between single spaces."""
    return re.sub(r"[^0-9a-z]+", " ", comparable(text)).strip()

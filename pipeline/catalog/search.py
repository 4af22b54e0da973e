"""Answer a query: tiers of matches, the newest first inside each."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    select,
    union,
)

from pipeline.catalog.fulltext import Conditions, FullText
from pipeline.catalog.numbers import NumberQuestion, to_key
from pipeline.catalog.query import Form, Match, Phrase, Question, Tier, understand
from pipeline.catalog.schema import document_texts, documents, number_keys
from pipeline.catalog.snippets import make_snippet
from pipeline.catalog.typos import with_one_typo
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import Hit, SearchQuery, SearchResult, Snippet

CAP = 1_001
"""Hits that are listed and counted: "more than 1,000" is all that anybody reads, and
counting on costs 47 ms where this costs 0.1."""

_Found = dict[int, tuple[Tier, Match | None]]
"""Ids in the order of the answer, with what found them first."""


def search(
    connection: Connection, full_text: FullText, query: SearchQuery
) -> SearchResult:
    """Answer a query; any text is a query."""
    question = understand(query.text)
    conditions = _conditions(query)
    if question.blank:
        found = _browse(connection, conditions)
    else:
        found = _find(connection, full_text, question, conditions, query.limit)
    chosen = list(found)[:CAP]
    page = chosen[max(query.offset, 0) :][: max(query.limit, 0)]
    rows = _load(connection, page)
    words = tuple((word,) for word in question.folded.loose)
    return SearchResult(
        hits=tuple(
            _to_hit(rows[document_id], *found[document_id], words)
            for document_id in page
            if document_id in rows  # replaced by a new revision a moment ago
        ),
        total=len(chosen),
        capped=len(chosen) == CAP,
    )


def _conditions(query: SearchQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (documents.c.counter_id, query.counter_id),
            (documents.c.doctype, query.doctype),
            (documents.c.procedure, query.procedure),
            (documents.c.status, query.status and query.status.value),
            (documents.c.code_key, query.code and to_key(query.code)),
        )
        if value is not None
    ]
    if query.issued_from is not None:
        conditions.append(documents.c.issued >= query.issued_from)
    if query.issued_to is not None:
        conditions.append(documents.c.issued <= query.issued_to)
    return conditions


def _browse(connection: Connection, conditions: Conditions) -> _Found:
    newest = select(documents.c.id).where(*conditions).order_by(documents.c.id.desc())
    return dict.fromkeys(connection.scalars(newest.limit(CAP)), (Tier.WORDS, None))


def _find(
    connection: Connection,
    full_text: FullText,
    question: Question,
    conditions: Conditions,
    wanted: int,
) -> _Found:
    found: _Found = {}
    if question.number is not None:
        numbers = _numbers(question.number, conditions)
        _add(found, connection.scalars(numbers), Tier.NUMBER, None)
    for tier, match in question.matches:
        if len(found) < CAP:
            hits = full_text.find(connection, match, conditions, CAP)
            _add(found, hits, tier, match)
    by_number = any(tier is Tier.NUMBER for tier, _ in found.values())
    if len(found) < wanted and not by_number:
        mended = with_one_typo(connection, question.folded)
        if mended is not None:
            hits = full_text.find(connection, mended, conditions, CAP)
            _add(found, hits, Tier.ONE_TYPO, mended)
    return found


def _add(found: _Found, hits: Iterable[int], tier: Tier, match: Match | None) -> None:
    for document_id in hits:
        found.setdefault(document_id, (tier, match))


def _numbers(question: NumberQuestion, conditions: Conditions) -> Select[tuple[int]]:
    digits, letters = number_keys.c.digits, number_keys.c.letters
    same_letters = letters.startswith(question.letters, autoescape=True)
    asked: list[ColumnElement[bool]] = [number_keys.c.key.in_(question.keys)]
    if question.digits:
        longer = and_(
            # Begins with these groups; "!" is what follows the space.
            digits >= f"{question.digits} ",
            digits < f"{question.digits}!",
        )
        asked += [and_(digits == question.digits, same_letters)]
        asked += [and_(longer, same_letters)]
    # Each by its own index. Joined with OR, SQLite walks all numbers by document
    # instead, because that is the order wanted (50,000 documents: 95 ms).
    answers = union(
        *(select(number_keys.c.document_id).where(each) for each in asked)
    ).subquery()
    chosen = select(answers.c.document_id)
    if conditions:
        same = documents.c.id == answers.c.document_id
        chosen = chosen.where(exists().where(same, *conditions))
    return chosen.order_by(answers.c.document_id.desc()).limit(CAP)


def _load(connection: Connection, document_ids: list[int]) -> dict[int, Row[Any]]:
    chosen = (
        select(documents, document_texts)
        .join(document_texts, document_texts.c.document_id == documents.c.id)
        .where(documents.c.id.in_(document_ids))
    )
    return {row.id: row for row in connection.execute(chosen)}


def _to_hit(
    row: Row[Any], tier: Tier, match: Match | None, words: tuple[Phrase, ...]
) -> Hit:
    return Hit(
        dossier_id=row.dossier_id,
        revision=row.revision,
        document_number=row.number,
        dossier_code=row.code,
        doctype=row.doctype,
        title=row.title,
        status=DossierStatus(row.status),
        counter_id=row.counter_id,
        filed_at=row.filed_at,
        first_page=row.first_page,
        last_page=row.last_page,
        key=row.key,
        number=row.so_ky_hieu,
        issued_on=row.ngay_ban_hanh,
        agency=row.co_quan_ban_hanh,
        subject=row.trich_yeu,
        snippet=_snippet(row, match, words),
        tier=tier.value,
    )


def _snippet(row: Row[Any], match: Match | None, words: tuple[Phrase, ...]) -> Snippet:
    if match is None:
        return make_snippet(row.shown, row.folded, words)
    searched = row.marked if match.form is Form.MARKED else row.folded
    return make_snippet(row.shown, searched, match.phrases_in(searched))

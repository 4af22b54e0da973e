from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.geometry import BoundingBox
from pipeline.model.sheet import Separates, SheetKind, SheetToken
from pipeline.model.text import PageCode
from pipeline.split import sheets
from pipeline.split.sheets import SheetRules, find_sheets, judge_sheet, write_token
from tests.split.paper import CODE, KEYS, token

RULES = SheetRules(Separates.PAPER, "demo", KEYS)
NEW_KEYS = {"K2": b"another secret of the next year!", **KEYS}


def qr(text: str) -> PageCode:
    return PageCode("qr", text, BoundingBox(0, 0, 10, 10))


def judged(*texts: str, rules: SheetRules = RULES, **found: bool):
    known = {"patched": False, "titled": False, **found}
    return judge_sheet([qr(text) for text in texts], rules, **known)


@pytest.mark.parametrize("kind", list(SheetKind))
def test_a_sheet_says_what_was_printed_on_it(kind: SheetKind) -> None:
    code = CODE if kind is SheetKind.LEADER else None
    (found,) = find_sheets([qr(token(kind, 7, code=code))], KEYS)

    assert found.token is not None
    assert (found.token.kind, found.token.code) == (kind, code)
    assert found.token.counter_id == "demo"
    assert found.token.printed_on == date(2026, 10, 8)


def test_a_code_fits_what_qr_packs_tightest() -> None:
    assert set(token(SheetKind.LEADER, code=CODE)) <= set(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    )


@given(st.data())
def test_one_changed_character_makes_a_sheet_foreign(data: st.DataObject) -> None:
    text = token(SheetKind.LEADER, code=CODE)
    place = data.draw(st.integers(len("SOHOA"), len(text) - 1))
    letter = data.draw(
        st.sampled_from("ABCDEFGH01234567:-.").filter(text[place].__ne__)
    )

    (found,) = find_sheets([qr(text[:place] + letter + text[place + 1 :])], KEYS)

    assert found.token is None


@given(st.text(max_size=200))
def test_no_text_passes_for_a_sheet(text: str) -> None:
    for found in find_sheets([qr(text), qr(f"SOHOA1:{text}")], KEYS):
        assert found.token is None


def test_sheets_of_an_older_key_are_still_ours() -> None:
    (found,) = find_sheets([qr(token())], NEW_KEYS)
    assert found.token is not None
    (foreign,) = find_sheets([qr(token())], {"K2": NEW_KEYS["K2"]})
    assert foreign.token is None


@pytest.mark.parametrize(
    ("kind", "separates"),
    [
        (SheetKind.DOSSIER, Separates.DOSSIER),
        (SheetKind.PAPER, Separates.PAPER),
    ],
)
def test_a_sheet_of_ours_separates_what_it_says(
    kind: SheetKind, separates: Separates
) -> None:
    sheet = judged(token(kind), patched=True)
    assert sheet is not None
    assert (sheet.separates, sheet.doubts) == (separates, ())


@pytest.mark.parametrize(
    ("texts", "titled", "doubt"),
    [
        ((token(key=b"not the key of this province!!!!"),), True, sheets.FOREIGN),
        (("SOHOA1:D:-:DEMO",), True, sheets.FOREIGN),
        ((token(serial=1), token(serial=2)), True, sheets.TWO_SHEETS),
        ((token(serial=9),), True, sheets.COPIED),
        (
            (token(SheetKind.LEADER, code=CODE, counter="other"),),
            True,
            sheets.OTHER_COUNTER,
        ),
        ((), True, sheets.UNREADABLE_SHEET),
    ],
    ids=["foreign", "torn", "two", "copied", "other counter", "unreadable"],
)
def test_a_sheet_in_doubt_separates_dossiers_and_says_why(
    texts: tuple[str, ...], titled: bool, doubt: str
) -> None:
    (used,) = (each.token.nonce for each in find_sheets([qr(token(serial=9))], KEYS))
    rules = SheetRules(Separates.PAPER, "demo", KEYS, frozenset({used}))

    sheet = judged(*texts, rules=rules, titled=titled)

    assert sheet is not None
    assert (sheet.separates, sheet.code, sheet.doubts) == (
        Separates.DOSSIER,
        None,
        (doubt,),
    )


def test_a_patch_separates_what_the_counter_says() -> None:
    sheet = judged(patched=True)
    assert sheet is not None
    assert sheet.separates is Separates.PAPER
    assert judged() is None


def test_one_sheet_read_twice_is_one_sheet() -> None:
    sheet = judged(token(), token())
    assert sheet is not None
    assert sheet.doubts == ()


@pytest.mark.parametrize(
    "part",
    [{"counter_id": "quầy 1"}, {"nonce": "short"}, {"printed_on": date(2026, 1, 1)}],
)
def test_what_cannot_stand_in_a_code_is_refused(part: dict[str, object]) -> None:
    parts = {"counter_id": "demo", "printed_on": date(2026, 1, 1), "nonce": "A" * 16}
    key_id = "k" if "printed_on" in part else "K1"
    with pytest.raises(ValueError, match="cannot stand"):
        write_token(SheetToken(SheetKind.PAPER, **{**parts, **part}), key_id, b"k")


def test_only_a_leader_carries_a_dossier_code() -> None:
    for kind, code in ((SheetKind.LEADER, None), (SheetKind.PAPER, CODE)):
        with pytest.raises(ValueError, match="leader"):
            SheetToken(kind, "demo", date(2026, 1, 1), "A" * 16, code)

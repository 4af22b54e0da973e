"""What clerks and staff read, in their language: gettext, with English in the code.

A message is written in English here and in templates, and translated in
``locale/<language>/LC_MESSAGES/sohoa.po``. Add both; a test compares them. The ``.po``
file is read as it is, so there is nothing to compile.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGE = "vi"
"""Language of the counters."""

_LOCALE = Path(__file__).parent / "locale"

SENTENCES = {
    "FILED": "Filed: every paper was recognized.",
    "REVIEW": "Filed; a person has to check what is marked.",
    "WORKING": "Accepted; it is being read.",
    "RECEIVED": "Accepted; it waits to be read.",
    "EMPTY": "The file is empty.",
    "NO_PAGES": "The file has no pages.",
    "XFA_ONLY": "The file is an electronic form that cannot be read as pages.",
    "UNSUPPORTED": "This kind of file cannot be taken.",
    "ENCRYPTED": "The file is protected by a password.",
    "DAMAGED": "The file is damaged.",
    "INCOMPLETE": "The file was not copied to its end.",
    "OVERSIZED": "The file is too large, or has too many pages.",
    "SIDES_DIFFER": "The scans of the fronts and of the backs do not match.",
    "BACKS_MISSING": "The fronts were scanned, and the backs did not follow.",
    "FRONTS": "Fronts accepted. Now turn the stack over and scan the backs.",
    "LATE": "The folder of this name was taken in before these files came.",
    "DUPLICATE": "This file was received before.",
    "REJECTED": "The file cannot be taken.",
    "ATTEMPTS": "The file could not be read in several tries.",
    "FAILED": "The file could not be read in several tries.",
    "SET_ASIDE": "The file was set aside.",
    "TRY_AGAIN": "The file could not be filed now; it is not at fault.",
    "DEFECT": "The program made a mistake with this file.",
}
"""What happened, by reason or state."""

ADVICE = {
    "EMPTY": "Scan the paper again.",
    "NO_PAGES": "Scan the paper again.",
    "XFA_ONLY": "Open the form, print it on paper or to a PDF, then drop that.",
    "UNSUPPORTED": "Scan to PDF, TIFF, JPEG or PNG.",
    "ENCRYPTED": "Save the file without a password, then drop it again.",
    "DAMAGED": "Scan the paper again.",
    "INCOMPLETE": "Copy or scan the file again and wait until it is done.",
    "OVERSIZED": "Scan in parts, at 300 dpi.",
    "SIDES_DIFFER": "Count the sheets; scan the fronts again, then the backs.",
    "BACKS_MISSING": "Scan the fronts again, then at once the backs.",
    "LATE": "Of that dossier: scan all of it into a folder of another name. "
    "A dossier of their own: try them again.",
    "DUPLICATE": "Nothing to do: the first one counts.",
    "TRY_AGAIN": "Try again in a few minutes.",
}
"""What the clerk should do, by reason."""

DEFECTS = {
    "blurred": "{0} blurred: wipe the glass, lay the paper flat, then scan again.",
    "faint": "{0} faint: choose a darker setting on the scanner, then scan again.",
    "dark": "{0} too dark: choose a lighter setting on the scanner, then scan again.",
    "cut-off": "{0} cut off: lay the whole sheet within the marks, then scan again.",
    "coarse": "{0} too coarse: set the scanner to 300 dpi, then scan again.",
    "wrong-side": "{0} blank: turn the sheet over where it has print, then scan again.",
}
"""What is wrong with pages, after their numbers, and what the clerk should do."""

PAGES = {"one": "Page {0} is", "many": "Pages {0} are", "all": "All pages are"}
"""How pages are named before what is wrong with them."""

STATUS_WORDS = {
    "TITLE": "Scans of",
    "WAITING": "Files in the folder that are not accepted yet",
    "NOTHING": "Nothing was scanned today.",
    "PAGES": "pages",
    "PAPERS": "papers",
    "NO_CODE": "Dossier without a code",
    "WANTING": "lacking",
}
"""Words of the status file in a drop folder."""

ASK_OPERATOR = "Tell the operator of the system."


def sentence(reason: str, language: str = LANGUAGE) -> str:
    """Say what happened to a file, to the clerk.

    Args:
        reason: code of a rejection or name of a state.
        language: code of the language; English where it is not translated.
    """
    return translate(SENTENCES.get(reason, SENTENCES["REJECTED"]), language)


def advice(reason: str, language: str = LANGUAGE) -> str:
    """Say what the clerk should do about it."""
    return translate(ADVICE.get(reason, ASK_OPERATOR), language)


def defect_sentence(
    defect: str, pages: tuple[int, ...], page_count: int, language: str = LANGUAGE
) -> str:
    """Say which pages of a scan should be scanned again, and how.

    Args:
        defect: value of a `pipeline.model.quality.Defect`.
        pages: their numbers in the scan, ascending.
        page_count: pages of the scan.
        language: code of the language.
    """
    if len(pages) == 1:
        named = translate(PAGES["one"], language).format(pages[0])
    elif len(pages) == page_count:
        named = translate(PAGES["all"], language)
    else:
        named = translate(PAGES["many"], language).format(_runs(pages))
    return translate(DEFECTS[defect], language).format(named)


def _runs(numbers: tuple[int, ...]) -> str:
    """Write 1, 2, 3, 5 as ``1-3, 5``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs
    )


def status_word(name: str, language: str = LANGUAGE) -> str:
    """Give a word of the status file."""
    return translate(STATUS_WORDS[name], language)


LISTED_PAPER = "paper {0} of the receipt"
"""What stands for a listed paper of no known type: its name may be a person's."""


def paper_name(title: str, number: int | None, language: str = LANGUAGE) -> str:
    """Name a paper that should be there, without a word of what a clerk typed."""
    if title:
        return title
    return translate(LISTED_PAPER, language).format("?" if number is None else number)


def translate(message: str, language: str = LANGUAGE) -> str:
    """Give *message* in *language*."""
    return _translations(language).gettext(message)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    path = _LOCALE / language / "LC_MESSAGES" / "sohoa.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

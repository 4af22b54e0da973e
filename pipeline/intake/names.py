"""Tell by its name what is not a scan, or not one yet."""

import re
import unicodedata
from fnmatch import fnmatchcase

_TEMPORARY = re.compile(
    r"\..*|~.*|.*~|.*\.(tmp|temp|part|partial|crdownload|filepart|swp)",
    re.IGNORECASE | re.DOTALL,
)
"""Hidden and temporary names: scanners and browsers rename when they are done."""

_LITTER = re.compile(
    r"thumbs\.db|desktop\.ini|\.ds_store|\._.*|@eadir|#recycle|__macosx|lost\+found",
    re.IGNORECASE | re.DOTALL,
)
"""What file managers and servers lay into folders by themselves."""


def is_temporary(name: str) -> bool:
    """Tell whether a writer renames such a file when it is done."""
    return _TEMPORARY.fullmatch(name) is not None


def is_litter(name: str) -> bool:
    """Tell whether no person put this there."""
    return _LITTER.fullmatch(name) is not None


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Compare without case; Apple's shares send names with their marks apart."""
    plain = fold(name)
    return any(fnmatchcase(plain, fold(pattern)) for pattern in patterns)


def fold(text: str) -> str:
    """Write a name as it is compared."""
    return unicodedata.normalize("NFC", text).casefold()

"""Print separator and leader sheets: every sheet signed, none like another."""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError
from pipeline.messages import translate
from pipeline.model.scan import Counter
from pipeline.model.sheet import NONCE_LENGTH, SHEET_TITLES, SheetKind, SheetToken
from pipeline.pdf.sheet_pages import SheetPage, draw_sheets
from pipeline.split.sheets import Keyring, write_token

INSTRUCTIONS = {
    SheetKind.DOSSIER: "Put this sheet before the first paper of each dossier.",
    SheetKind.PAPER: "Put this sheet between two papers of the same dossier.",
    SheetKind.LEADER: "Put this sheet before the first paper of the dossier whose"
    " code stands above.",
}
EVERY_SHEET = (
    "Scan it with the papers, in any direction.",
    "Use it for one scan. Do not copy it: print new sheets.",
    "Do not write, stamp or staple on the codes.",
)
"""What holds for sheets of every kind."""

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_NONCE_BYTES = NONCE_LENGTH * 5 // 8


def _new_nonce() -> str:
    return base64.b32encode(secrets.token_bytes(_NONCE_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class SheetPrinter:
    """Makes the PDF that a counter prints."""

    keys: Keyring = field(repr=False)
    """The first signs."""

    clock: Callable[[], datetime]
    new_nonce: Callable[[], str] = _new_nonce

    def separators(self, counter: Counter, kind: SheetKind, count: int) -> bytes:
        """Draw *count* separator sheets.

        Raises:
            ConfigError: there is no key to sign with.
            ToolMissing: the font is not installed.
        """
        return self._draw(counter, kind, [None] * count)

    def leaders(self, counter: Counter, codes: Sequence[str]) -> bytes:
        """Draw a leader sheet for each mã hồ sơ; raises as `separators` does."""
        return self._draw(counter, SheetKind.LEADER, codes)

    def _draw(
        self, counter: Counter, kind: SheetKind, codes: Sequence[str | None]
    ) -> bytes:
        if not self.keys:
            raise ConfigError(
                "no key to sign sheets with: give sheets.keys_file; a line for it is"
                " made by `sohoa sheets key`"
            )
        return draw_sheets(self._page(counter, kind, code) for code in codes)

    def _page(self, counter: Counter, kind: SheetKind, code: str | None) -> SheetPage:
        key_id, key = next(iter(self.keys.items()))
        day = self.clock().astimezone(_COUNTER_TIME).date()
        token = SheetToken(kind, counter.id, day, self.new_nonce(), code)
        told = (INSTRUCTIONS[kind], *EVERY_SHEET)
        return SheetPage(
            title=SHEET_TITLES[kind],
            code=write_token(token, key_id, key),
            headline=code or "",
            instructions=tuple(map(translate, told)),
            footer=f"{counter.name} · {day:%d/%m/%Y} · {token.nonce[:8]}",
        )

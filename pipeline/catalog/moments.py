"""What time it is, for statements that compare and store times."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, literal

from pipeline.catalog.schema import UtcTime

Clock = Callable[[], datetime]


class Moments:
    """What time it is, as a value to put into a statement.

    On PostgreSQL it is the server's time: several machines share one clock, and a
    worker whose own is fast does not take leases that are still held.
    """

    def __init__(self, clock: Clock | None, *, of_server: bool) -> None:
        """Take the time from *clock*, else from the server or this machine."""
        self._clock = clock or _utc_now
        self._of_server = of_server and clock is None

    def now(self, seconds: float = 0.0) -> ColumnElement[datetime]:
        """The time *seconds* from now."""
        distance = timedelta(seconds=seconds)
        if not self._of_server:
            return literal(self._clock() + distance, UtcTime())
        moment: ColumnElement[datetime] = func.clock_timestamp(type_=UtcTime())
        return moment + literal(distance)


def _utc_now() -> datetime:
    return datetime.now(UTC)

"""Commands on batches: which there are, how they stand, and a new start for one."""

from collections.abc import Iterable
from typing import Annotated

import typer

from pipeline.bootstrap import open_app, open_catalog
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, say_beside
from pipeline.cli.results import batch_to_json, rejected_to_json
from pipeline.cli.say import say_batch, say_rejected
from pipeline.model.state import BatchRecord, BatchState, RejectedScan


@command(app)
def batches(
    common: Common,
    state: Annotated[
        list[BatchState] | None,
        typer.Option(help="Only this state; may be given again.", show_default=False),
    ] = None,
    counter: Annotated[str | None, typer.Option(help="Only this counter.")] = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Files that never became a batch.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most to show.")] = 100,
) -> None:
    """List batches and how they stand, the latest change first."""
    if rejected and state:
        raise typer.BadParameter("what was rejected has no state")
    with open_catalog(common.settings()) as catalog:
        if rejected:
            _tell_rejected(
                catalog.rejections(counter_id=counter, limit=limit), common.json
            )
            return
        records = catalog.batches(counter_id=counter, states=state or (), limit=limit)
        for record in records:
            _tell(record, catalog.dossiers_of(record.batch.id), common.json)
    say_beside(f"{len(records)} shown")


@command(app)
def retry(
    common: Common,
    batch: Annotated[
        str, typer.Argument(help="Batch id, or the claim of a file that was rejected.")
    ],
) -> None:
    """Let a batch that failed or was set aside begin again.

    The running stack takes it up within a few minutes; without one, ingest its file. A
    file that never became a batch goes from set-aside/ back to its drop folder.
    """
    with open_app(common.settings()) as application:
        record = application.catalog.restart(batch)
        dropped = record is None and any(
            application.inbox.drop_again(counter.id, batch)
            for counter in application.counters
        )
    if record is None:
        if not dropped:
            raise typer.BadParameter(f"no batch and no rejected file {batch}")
        if common.json:
            print_json({"claim": batch, "state": "dropped again"})
        else:
            say_beside(f"the file of claim {batch} lies in its drop folder again", None)
        return
    if common.json:
        print_json({"batch": record.batch.id, "state": record.state.value})
    elif record.state is BatchState.RECEIVED:
        say_beside(f"batch {record.batch.id} waits to be read", None)
    else:
        say_beside(f"batch {record.batch.id} is {record.state}: left as it is", None)


def _tell(record: BatchRecord, dossiers: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print_json(batch_to_json(record, dossiers))
    else:
        say_batch(record, dossiers)


def _tell_rejected(found: Iterable[RejectedScan], as_json: bool) -> None:
    for each in found:
        if as_json:
            print_json(rejected_to_json(each))
        else:
            say_rejected(each)

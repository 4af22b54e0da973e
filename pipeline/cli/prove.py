"""Commands that prove what the store holds, and restore the catalog from it."""

from typing import Annotated

import typer

from pipeline.bootstrap import open_app, open_bookmark, open_prover
from pipeline.cli.app import app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, progress, say, say_beside
from pipeline.cli.findings import tell_findings
from pipeline.model.proof import MadeDigest


@command(app)
def verify(
    common: Common,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Begin anew where an earlier start was stopped."),
    ] = False,
) -> None:
    """Read every stored object again and compare it with manifests and digests.

    Stopped in the middle, the next start goes on where it was.
    """
    settings = common.settings()
    bookmark = open_bookmark(settings, "verify")
    if fresh:
        bookmark.clear()
    findings = open_prover(settings).verify(bookmark)
    tell_findings(findings, common, doing="read", unit="bytes read")


@command(app)
def digest(
    common: Common,
    last: Annotated[
        bool, typer.Option("--last", help="Make none, show each office's last one.")
    ] = False,
) -> None:
    """Chain what was filed up to yesterday into digests, as every night.

    Keep the hash of an office's last digest elsewhere: it stands for all before.
    """
    prover = open_prover(common.settings())
    made = prover.archive.last_digests() if last else prover.make_digests()
    for each in made:
        _say_digest(common, each)


def _say_digest(common: Common, made: MadeDigest) -> None:
    if common.json:
        print_json(
            {
                "key": made.key,
                "sha256": made.sha256,
                "objects": made.objects,
                "signed": made.signed,
                "timestamped": made.timestamped,
            }
        )
        return
    signed = "signed" if made.signed else "NOT SIGNED: no agency key is configured"
    stamped = ", timestamped" if made.timestamped else ""
    say(f"{made.sha256}  {made.key}  {made.objects} objects, {signed}{stamped}")


@command(app)
def rebuild(common: Common) -> None:
    """Restore the catalog from the manifests."""
    dossiers = 0
    with open_app(common.settings()) as application, progress() as bar:
        task = bar.add_task("dossiers", total=None)
        for _ in application.upkeep.rebuild():
            dossiers += 1
            bar.advance(task)
    if common.json:
        print_json({"indexed": dossiers})
    else:
        say_beside(f"{dossiers} revisions of dossiers indexed", None)

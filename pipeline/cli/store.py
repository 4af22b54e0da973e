"""Commands about the object store itself."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.bootstrap import copy_store, init_store, open_archive
from pipeline.cli.app import store_app
from pipeline.cli.command import Common, command
from pipeline.cli.console import print_json, progress, say
from pipeline.cli.findings import tell_findings

Store = typer.Argument(
    help="'settings', a folder, or a .toml file with the keys of [store]."
)
Held = Annotated[str, typer.Argument(help="Id of a dossier or of a batch.")]


@command(store_app)
def init(
    common: Common,
    users: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of the secret keys of the identities, files store_<role>.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make buckets, locks, policies and identities; doing it again changes nothing."""
    for done in init_store(common.settings(), users):
        if common.json:
            print_json({"done": done})
        else:
            say(done)


@command(store_app)
def hold(common: Common, name: Held) -> None:
    """Put a dossier, or all of a batch, under legal hold: nobody can remove it.

    Needs the administrator's keys. What is filed for it later is not held.
    """
    _hold(common, name, True)


@command(store_app)
def release(common: Common, name: Held) -> None:
    """End the legal hold of a dossier or a batch; its retention stays."""
    _hold(common, name, False)


@command(store_app)
def retain(common: Common) -> None:
    """Lock all dossiers for as long as their procedures demand now.

    After years or codes were raised, or a store was moved. A lock never gets shorter.
    """
    archive = open_archive(common.settings())
    dossiers = locked = 0
    with progress() as bar:
        task = bar.add_task("dossiers", total=None)
        for manifest in archive.manifests():
            dossiers += 1
            locked += archive.retain(manifest)
            bar.advance(task)
    if common.json:
        print_json({"dossiers": dossiers, "locked": locked})
    else:
        say(f"{locked} of {dossiers} revisions of dossiers are locked")


@command(store_app)
def copy(
    common: Common,
    source: Annotated[str, Store],
    target: Annotated[str, Store],
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Compare what came in earlier starts, too.")
    ] = False,
) -> None:
    """Copy a store to another, read everything back, and set its locks again.

    Nothing in TARGET is replaced. Stopped in the middle, the next start goes on where
    it was; done again, it compares both and copies what is new.
    """
    settings = common.settings()
    findings = copy_store(settings, source, target, fresh=fresh)
    tell_findings(findings, common, doing="copied", unit="bytes")


def _hold(common: Common, name: str, on: bool) -> None:
    try:
        objects = open_archive(common.settings()).hold(name, on)
    except ValueError as error:
        raise typer.BadParameter(f"not the id of a dossier or batch: {name}") from error
    if common.json:
        print_json({"name": name, "objects": objects, "held": on})
    else:
        say(f"{objects} objects {'held' if on else 'released'}")

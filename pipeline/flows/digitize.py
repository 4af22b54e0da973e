"""Digitize one batch, as an operator sees it: one run, two tasks, one report."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from prefect import Flow, Task, flow, get_run_logger, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import get_run_context
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

from pipeline.bootstrap import Work, is_worth_retrying, load_settings, open_app
from pipeline.errors import ScanRejected, WorkTakenOver
from pipeline.flows.living import begin_again, sign_in
from pipeline.flows.names import DIGITIZE
from pipeline.flows.report import publish_defects, publish_report
from pipeline.model.dossier import Manifest
from pipeline.model.quality import PageDefect
from pipeline.model.text import PageReceipt

P = ParamSpec("P")
R = TypeVar("R")


def _worth_retrying(_task: object, _run: object, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return not isinstance(error, BaseException) or is_worth_retrying(error)


def _stage(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a stage one task: what a later try needs lies in the work area."""
    return task(
        name=name,
        retries=2,
        retry_delay_seconds=[10, 60],
        retry_jitter_factor=0.5,
        retry_condition_fn=_worth_retrying,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


@_stage("read pages")
def read_pages(work: Work) -> tuple[PageReceipt, ...]:
    """Read what the work area does not hold yet; a retry finds finished pages there."""
    bar = cast(UUID, create_progress_artifact(0.0, description="pages read"))
    receipts = []
    for receipt in work.read_pages():
        receipts.append(receipt)
        progress = 100 * len(receipts) / work.record.batch.page_count
        update_progress_artifact(bar, progress=progress)
    return tuple(receipts)


@_stage("look at pages")
def check_pages(work: Work) -> tuple[PageDefect, ...]:
    """Tell which pages should be scanned again, before any is read."""
    defects = work.check_pages()
    publish_defects(work.record, defects)
    return defects


@_stage("file dossiers")
def file_dossiers(work: Work) -> tuple[Manifest, ...]:
    """Cut the scan into papers, read their fields, and store what they became."""
    return work.file(work.compose())


def _unvisited(work: Work) -> Work:
    """Keep Prefect from walking through the work's parts in search of futures."""
    return cast(Work, quote(work))


def _begin_again(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Start the next try at once when the process of this one died."""
    with open_app(load_settings()) as app:
        begin_again(app, flow_run)


@flow(name=DIGITIZE, on_crashed=[_begin_again], persist_result=False)
def digitize(batch_id: str) -> State[Any]:
    """Turn one scan batch into filed dossiers.

    Returns:
        ``Completed``, named *Filed*, *Review* when a person has to look, or *Nothing
        to do* when another run has done it; ``Failed``, named *Set aside*, when the
        paper is at fault.
    """
    settings = load_settings()
    sign_in(settings)
    log = get_run_logger()
    owner = str(get_run_context().flow_run.id)  # type: ignore[union-attr] # in a flow
    try:
        with (
            open_app(settings) as app,
            app.digitizer.work_on(batch_id, owner) as work,
        ):
            if work is None:
                return Completed(name="Nothing to do")
            opaque = _unvisited(work)
            defects = check_pages(opaque)
            receipts = read_pages(opaque)
            manifests = file_dossiers(opaque)
            publish_report(app.settings.web, work.record, receipts, manifests, defects)
    except ScanRejected as error:
        return Failed(name="Set aside", message=f"{error.reason}: {error}")
    except WorkTakenOver:
        return Completed(name="Nothing to do", message="another run has taken over")
    documents = sum(len(manifest.documents) for manifest in manifests)
    fields = sum(manifest.fields_to_review for manifest in manifests)
    name = "Review" if any(m.status == "review" for m in manifests) else "Filed"
    log.info("%s: %d dossiers, %d documents", name, len(manifests), documents)
    return Completed(
        name=name, message=f"{documents} documents, {fields} fields to review"
    )

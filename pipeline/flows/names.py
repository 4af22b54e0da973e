"""Names by which flows, deployments and runs are known in Prefect."""

WATCH = "watch"
DIGITIZE = "digitize"
UPKEEP = "upkeep"

WATCH_QUEUE = "watch"
"""Work queue of the watch: only workers that see the drop folders take from it."""

TAG_BATCH = "batch:"
"""Prefix of the tag that tells which batch a run works on."""


def deployment(flow: str) -> str:
    """Name a flow's deployment as Prefect wants it; both parts are the same."""
    return f"{flow}/{flow}"

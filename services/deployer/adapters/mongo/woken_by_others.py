"""What other replicas want reconciled: the requests and desired states that they keep."""

from collections.abc import Callable
from functools import partial
from typing import NoReturn

from chassis.mongo import Database, Document
from chassis.others import follow_others
from services.deployer.adapters.mongo.desired_states import DESIRED_STATES
from services.deployer.adapters.mongo.known_requests import KNOWN_REQUESTS


async def woken_by_others(
    database: Database, holder: str, wake: Callable[[str], None], look_at_all: Callable[[], None]
) -> NoReturn:
    """Wake each deployment that another replica than `holder` changes; `look_at_all` when some may have been missed."""
    collections = (KNOWN_REQUESTS, DESIRED_STATES)
    await follow_others(database, collections, holder, partial(_wake, wake), look_at_all)


def _wake(wake: Callable[[str], None], document: Document) -> None:
    wake(document["_id"])

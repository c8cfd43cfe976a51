"""Finds the deployment somebody means by an id or a name."""

import re
from collections.abc import Callable

from appstore_client.app_store import AppStore
from appstore_client.cli.language import text
from appstore_client.models.deployment import Deployment
from appstore_client.problem import NOT_FOUND, Problem, ProblemDetails

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
CONFLICT = 409


def _any(_one: Deployment) -> bool:
    return True


async def find_deployment(store: AppStore, asked: str, fits: Callable[[Deployment], bool] = _any) -> str:
    """Return the id; raises `Problem` with code unknown-deployment or ambiguous-deployment, which lists them.

    A name means what stands and `fits`; when nothing of that name stands, the newest that was removed or never ran.
    """
    if is_id(asked):
        return asked
    named = [one for one in await store.deployments.list() if one.name == asked and fits(one)]
    found = [one for one in named if one.stands] or named[:1]
    if len(found) == 1:
        return found[0].id
    raise _ambiguous(asked, found) if found else _unknown(asked)


def is_id(asked: str) -> bool:
    """Whether this is the form of an id (RFC 9562)."""
    return _ID.fullmatch(asked) is not None


def _unknown(name: str) -> Problem:
    return Problem(
        ProblemDetails.read(
            {
                "title": text("problem.unknown-deployment"),
                "status": NOT_FOUND,
                "code": "unknown-deployment",
                "fault": "you",
                "detail": text("deployment.unknown", name=name),
                "next": ["appstore status"],
            }
        )
    )


def _ambiguous(name: str, found: list[Deployment]) -> Problem:
    lines = [
        f"  {one.id}  {one.app.name} {one.version or ''}  {one.environment.name}  {one.team.slug}" for one in found
    ]
    return Problem(
        ProblemDetails.read(
            {
                "title": text("problem.ambiguous-deployment"),
                "status": CONFLICT,
                "code": "ambiguous-deployment",
                "fault": "you",
                "detail": "\n".join([text("deployment.ambiguous", name=name), *lines]),
                "next": [f"appstore status {found[0].id}"],
            }
        )
    )

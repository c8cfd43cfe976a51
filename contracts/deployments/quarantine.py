"""The versions kept out of a deployment because they failed in it: made of its events, the same by whoever reads them.

The deployer acts on it and the gateway shows it; both ask here, so that they can't disagree.
"""

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field

from contracts.deployments.events import (
    DeploymentEvent,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.reasons import Cause, Fault
from contracts.identifiers import VersionTag
from contracts.noun import Noun, Time

MOST = 20
"""As many as revisions are kept to go back to."""
_PART = re.compile(r"[0-9]{1,18}|[A-Za-z]{1,64}", re.ASCII)


class Quarantined(Noun):
    """A version whose upgrade failed and was rolled back, as which revision, why, and since when."""

    version: VersionTag
    revision: Annotated[int, Field(ge=1)]
    cause: Cause
    fault: Fault
    since: Time


Quarantine = tuple[Quarantined, ...]


def quarantine_after(before: Quarantine, told: DeploymentEvent, at: datetime) -> Quarantine:
    """What is kept out after one more event, which was recorded `at`.

    A version comes in when its upgrade is rolled back. It gets out when it is started again, which only who names it
    can ask for, when a newer version became healthy, or when nothing of the deployment is left.
    """
    match told:
        case DeploymentRollbackStarted():
            failed = Quarantined(
                version=told.version, revision=told.revision, cause=told.cause, fault=told.fault, since=at
            )
            return (*(one for one in before if one.version != told.version), failed)[-MOST:]
        case DeploymentStarted():
            return tuple(one for one in before if one.version != told.version)
        case DeploymentSucceeded():
            return tuple(one for one in before if not is_newer(told.version, one.version))
        case DeploymentRemoved():
            return ()
    return before


def is_newer(version: str, than: str) -> bool:
    """Whether a version comes after another, number by number: 1.10 after 1.9, and 1.0 after 1.0-rc1."""
    return _parts(version) > _parts(than)


def _parts(version: str) -> list[tuple[int, int, str]]:
    """Words sort before the end of a version, and numbers after it."""
    found = [(2, int(part), "") if part.isdigit() else (0, 0, part) for part in _PART.findall(version)]
    return [*found, (1, 0, "")]

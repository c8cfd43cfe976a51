"""Events of a deployment's further life, as the gateway hears them: what may be chosen, a return, a cancel."""

from contracts.apps.events import VersionWithdrawn
from contracts.apps.parameter import Parameter, ParameterKind
from contracts.deployments.events import DeploymentCancelled, DeploymentRollbackStarted, DeploymentRolledBack
from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import DeploymentCancelRequested
from contracts.noun import Text
from tests.fakes.gateway_events import APP, DEPLOYMENT, NOON, PLACE, SUBJECT

CHOICES = (
    Parameter(
        name="log-level",
        title=Text(nl="Logboek", en="Log level"),
        env="LOG_LEVEL",
        choices=("debug", "info"),
        default="info",
    ),
    Parameter(
        name="workers",
        title=Text(nl="Werkers", en="Workers"),
        env="WORKERS",
        kind=ParameterKind.NUMBER,
        minimum=1,
        maximum=64,
        whole=True,
    ),
    Parameter(
        name="languages",
        title=Text(nl="Talen", en="Languages"),
        env="LANGUAGES",
        pattern="[a-z]{2}(,[a-z]{2})*",
        max_length=20,
    ),
    Parameter(name="cache", title=Text(nl="Cache", en="Cache"), env="CACHE", kind=ParameterKind.BOOLEAN),
    Parameter(name="token", title=Text(nl="Token", en="Token"), env="TOKEN", secret=True),
)
"""What a team may choose for a version, one of each kind."""


def version_withdrawn(tag: str) -> VersionWithdrawn:
    """A version can't be deployed any more."""
    return VersionWithdrawn(app=APP, version=tag)


def cancel_requested(generation: int) -> DeploymentCancelRequested:
    """Somebody takes a request back."""
    return DeploymentCancelRequested(deployment=DEPLOYMENT, environment=PLACE, decide_by=NOON, cancels=generation)


def rollback_started(revision: int = 2, to_revision: int = 1) -> DeploymentRollbackStarted:
    """An upgrade will not become ready, and what ran before comes back."""
    return DeploymentRollbackStarted(
        **SUBJECT,
        revision=revision,
        to_revision=to_revision,
        to_version="1.0",
        cause=Cause.IMAGE_NOT_FOUND,
        fault=Fault.APP,
        params={"image": "ghcr.io/a/b:2", "howToAdd": "Declare it"},
    )


def rolled_back(revision: int = 2, to_revision: int = 1) -> DeploymentRolledBack:
    """What ran before runs again."""
    return DeploymentRolledBack(**rollback_started(revision, to_revision).model_dump())


def cancelled(generation: int) -> DeploymentCancelled:
    """The request with this generation was stopped."""
    return DeploymentCancelled(**SUBJECT, cancelled=generation)

"""What the deployment page shows, in plain frozen data.

Before it: the gateway's `deployment` and `timeline` read models. After it: `page.render`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contracts.deployments.drift import Reaction
from contracts.deployments.reasons import Cause, Fault
from services.gateway.locales.texts import Value
from services.gateway.web.components.rejection_reason.reason import RejectionReason
from services.gateway.web.components.rollout.rollout import Pods, Usual
from services.gateway.web.layout.frame import Frame, Live

State = Literal[
    "waiting",
    "awaiting-approval",
    "rejected",
    "rolling-out",
    "healthy",
    "degraded",
    "paused",
    "failed",
    "rolled-back",
    "removing",
    "removed",
    "held",
    "cancelled",
    "superseded",
    "undecided",
]


# The events of a deployment's stream after which the page reads itself again.
FOLLOWED = (
    "DeploymentRequested",
    "DeploymentApproved",
    "DeploymentRejected",
    "DeploymentStarted",
    "DeploymentProgressed",
    "DeploymentSucceeded",
    "DeploymentFailed",
    "DeploymentRollbackStarted",
    "DeploymentRolledBack",
    "DeploymentClosed",
    "DeploymentCancelRequested",
    "DeploymentCancelled",
    "DeploymentRemovalRequested",
    "DeploymentRemoved",
    "DeploymentDegraded",
    "DeploymentRecovered",
    "DriftDetected",
    "DriftHealed",
    "MessageHeld",
    "MessageRedriven",
    "MessageSkipped",
)


@dataclass(frozen=True)
class DeploymentEvent:
    """One event of the timeline. Its sentence is the text `event.<type>` or `event.<type>.<code>`."""

    id: str
    type: str
    """The event's class, such as DeploymentRequested; one without a text is shown by its code."""
    at: datetime
    code: str | None = None
    """The step of `DeploymentProgressed`, the cause of `DeploymentFailed`, the outcome of `DeploymentClosed`."""
    params: Mapping[str, Value] = field(default_factory=dict)
    """At least the parameters of the sentence (the locales' `events.yaml`); more is fine."""


@dataclass(frozen=True)
class Failure:
    """Why a rollout ended badly, as `DeploymentFailed` says it, or what succeeded is not healthy now."""

    cause: Cause
    fault: Fault
    at: datetime
    params: Mapping[str, Value]
    """As `contracts/deployments/reasons.py` lists them for each cause; one that is missing is not shown."""


@dataclass(frozen=True)
class KeptOut:
    """A version that failed here and comes back when somebody asks for it by name."""

    version: str
    revision: int
    cause: Cause


@dataclass(frozen=True)
class DriftedField:
    """One field that differs; of a `hidden` one neither value is known here."""

    path: str
    declared: str | None = None
    found: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class DriftedObject:
    """One object that somebody deleted or changed."""

    kind: str
    name: str
    deleted: bool = False
    fields: tuple[DriftedField, ...] = ()
    manager: str | None = None
    """Who wrote it last, when the cluster knows."""


@dataclass(frozen=True)
class Drift:
    """What is not as declared, and what becomes of it."""

    since: datetime
    reaction: Reaction
    drifted: tuple[DriftedObject, ...]
    times: int = 1
    heals_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What compliance answered."""

    at: datetime
    reasons: tuple[RejectionReason, ...] = ()
    passed: int = 0
    """How many rules allowed the request."""
    policy: str | None = None
    level: str = "strict"
    """How strictly it judged."""
    warnings: tuple[RejectionReason, ...] = ()
    """Gates that are not met, and only warn at this level."""


@dataclass(frozen=True)
class Runs:
    """What runs now, also while something else is asked or failed."""

    revision: int
    version: str
    pods: int
    wanted: int
    """How many pods were asked for, also while it is paused; the version's number when nobody named one."""
    settings: tuple[tuple[str, str], ...] = ()
    paused: bool = False


@dataclass(frozen=True)
class RevisionRow:
    """One revision, as a line."""

    revision: int
    intent: str
    version: str
    outcome: str
    """`runs` for what runs now, else how its request ended or stands."""
    at: datetime
    may_return: bool = False
    """Whether going back to it would change something."""


@dataclass(frozen=True)
class DeploymentView:
    """One deployment as it is at `now`."""

    frame: Frame
    id: str
    state: State
    since: datetime
    """When it came into this state."""
    now: datetime
    app_name: str
    """As the command line spells it."""
    app_title: str
    app_href: str
    version: str
    revision: int
    team: str
    environment: str
    """test, acceptance or production."""
    requested_at: datetime
    requested_by: str | None
    """None when that person was erased."""
    events: tuple[DeploymentEvent, ...]
    """In their order (hlc, source, sequence), oldest first."""
    cluster: str | None = None
    decision: Decision | None = None
    failure: Failure | None = None
    runs: Runs | None = None
    revisions: tuple[RevisionRow, ...] = ()
    """Newest first."""
    quarantine: tuple[KeptOut, ...] = ()
    drift: Drift | None = None
    name: str = ""
    """What its objects are called after."""
    kept_data: tuple[str, ...] = ()
    """The data volumes that its removal left."""
    may_change: bool = False
    """Whether the reader gets the forms that change it."""
    versions: tuple[str, ...] = ()
    """Versions it can go to, newest first."""
    pods: tuple[Pods, ...] = ()
    usual: Usual | None = None
    live: Live | None = None
    open_url: str | None = None
    """Where the running app answers a browser."""
    inside_address: str | None = None
    """Where it answers inside its cluster only."""

    @property
    def deploy_command(self) -> str:
        """What asks for the same again."""
        return f"appstore deploy {self.app_name} --version {self.version} --environment {self.environment}"

    @property
    def evidence_command(self) -> str:
        """What adds evidence to this version."""
        return f"appstore evidence add {self.app_name} {self.version} --kind KIND --file FILE"

    @property
    def remove_command(self) -> str:
        """What removes this deployment."""
        return f"appstore remove {self.id}"

    @property
    def again_command(self) -> str:
        """What goes on with the data that was kept."""
        return f"appstore deploy {self.app_name} --name {self.name} --environment {self.environment}"

    @property
    def remove_data_command(self) -> str:
        """What takes that data away for good."""
        return f"{self.remove_command} --with-data {self.name}"

    @property
    def resume_command(self) -> str:
        """What lets it run again after a pause."""
        return f"appstore resume {self.id}"

    @property
    def returns(self) -> tuple[int, ...]:
        """The revisions that were healthy and do not run, newest first."""
        return tuple(one.revision for one in self.revisions if one.may_return)

    @property
    def return_command(self) -> str | None:
        """What goes back to the newest of them."""
        return f"appstore rollback {self.id} --to {self.returns[0]}" if self.returns else None

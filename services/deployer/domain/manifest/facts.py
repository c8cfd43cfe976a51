"""What the manifest needs to know about a deployment besides the description of its app version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.deployments.environment import Environment


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """One generation of one deployment. `name` is what the objects are called after.

    `parameters` are the values a team chose, `secrets` the ids of those it sealed; `replicas` None leaves it to the
    version; pods started before `restarted_at` are replaced; while it is `paused` there are none.
    """

    deployment: str
    name: str
    app_name: str
    version: str
    generation: int
    environment: Environment
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    replicas: int | None = None
    restarted_at: datetime | None = None
    paused: bool = False

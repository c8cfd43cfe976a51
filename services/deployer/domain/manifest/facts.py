"""What the manifest needs to know about a deployment besides the description of its app version."""

from dataclasses import dataclass

from contracts.deployments.environment import Environment


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """One generation of one deployment. `name` is what the objects are called after."""

    deployment: str
    name: str
    app_name: str
    version: str
    generation: int
    environment: Environment

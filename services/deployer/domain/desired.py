"""What a deployment should look like from its start on, whatever the catalog says later.

Without it, an edit in the catalog would change what runs without anybody asking, past the gate.
"""

from contracts.apps.spec import AppSpec
from contracts.noun import Noun
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.facts import DeploymentFacts


class Desired(Noun):
    """The request that was approved, and the description it was started with."""

    request: KnownRequest
    spec: AppSpec

    @property
    def facts(self) -> DeploymentFacts:
        """What the manifest needs to know."""
        asked = self.request
        return DeploymentFacts(
            asked.deployment,
            asked.name,
            asked.app_name,
            asked.version,
            asked.generation,
            asked.environment,
            secrets=asked.secrets,
        )

"""What a deployment should look like from its start on, whatever the catalog says later.

Without it, an edit in the catalog would change what runs without anybody asking, past the gate. One is kept for each
of the newest revisions too, so that any of them can be built again exactly as it was.
"""

from contracts.apps.spec import AppSpec
from contracts.noun import Noun
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.facts import DeploymentFacts

KEPT_REVISIONS = 20
"""How many revisions one can go back: a few months of a busy app, and little over a megabyte for the largest."""


class Desired(Noun):
    """The request that was approved, and the description it was started with.

    `revision` is 0 in documents of releases that kept no revisions. `before` is the revision that was in force until
    this one started; None when there was none.
    """

    request: KnownRequest
    spec: AppSpec
    revision: int = 0
    before: int | None = None

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
            asked.parameters,
            asked.secrets,
            asked.replicas,
            asked.restarted_at,
            asked.paused,
        )

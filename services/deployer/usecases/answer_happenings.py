"""Somebody reads what the cluster tells of a deployment's objects. Nothing of it is kept.

Asked by the gateway (`contracts.deployments.logs`); answered on the replica that leads, which has the watches.
"""

from contracts.deployments.logs import LONGEST_MESSAGE, ClusterHappenings, DeploymentHappeningsAsked
from contracts.envelope import Event
from services.deployer.domain.hidden import hidden
from services.deployer.reconciler.turn import Take, Turn


async def answer_happenings(question: Event[DeploymentHappeningsAsked], take_turn: Take) -> ClusterHappenings:
    """What is told now. Raises NotNow while the cluster does not answer."""
    return await take_turn(lambda turn: _read(question.data.deployment, turn))


async def _read(deployment: str, turn: Turn) -> ClusterHappenings:
    secrets = await turn.in_motion(lambda world: world.secrets.all_of(deployment))
    told = await turn.cluster.happenings(deployment)
    items = [one.model_copy(update={"message": hidden(one.message, secrets)[:LONGEST_MESSAGE]}) for one in told.items]
    return told.model_copy(update={"items": tuple(items)})

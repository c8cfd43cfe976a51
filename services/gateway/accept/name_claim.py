"""A name in an environment belongs to one deployment at a time: its Kubernetes objects are called after it.

`submit` asks here inside its transaction. Every request about a deployment writes the claim on its name, so of two at
once the second reads what the first wrote. The read models lag behind: they only say that a name is free again, and
only when they have seen every request that was accepted.
"""

from chassis.ledger import Motion
from contracts import topics
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRequested
from contracts.refusals import Refusal
from services.gateway.readmodels.deployment import is_gone, kept_data, newest_generation
from services.gateway.readmodels.store import Document, ReadModels

NAMES = "deployment_names"


class NameInUse(Refusal):
    """Another app, or another team's deployment, stands under this name."""

    code = "name-in-use"


class NameKeepsData(Refusal):
    """What stood under this name left data, and that is not this app's."""

    code = "name-keeps-data"


async def claim_name(motion: Motion, wish: DeploymentRequested, models: ReadModels) -> DeploymentRequested:
    """The wish as `under_its_name`, with the claim on that name renewed. Raises NameInUse, NameKeepsData."""
    wish = await under_its_name(motion, wish, models)
    await renew_claim(motion, wish.deployment, wish.environment, wish.name, wish.app)
    return wish


async def under_its_name(motion: Motion, wish: DeploymentRequested, models: ReadModels) -> DeploymentRequested:
    """The wish, about the deployment that stands under its name or left data there; about a new one when it is free.

    Nothing is written. Raises NameInUse, NameKeepsData.
    """
    claim = await _claim_on(motion, wish.environment, wish.name, models)
    if claim is not None:
        if (claim["team"], claim["app"]) != (wish.environment.team, wish.app):
            if claim.get("gone"):
                raise NameKeepsData(name=wish.name, deployment=claim["deployment"])
            raise NameInUse(name=wish.name)
        wish = wish.model_copy(update={"deployment": claim["deployment"]})
    return wish


async def renew_claim(motion: Motion, deployment: str, environment: Environment, name: str, app: str) -> None:
    """Write the claim as of the request that this motion will record: whoever does so at the same time conflicts."""
    put_claim(motion, deployment, environment, name, app, await _accepted(motion, deployment) + 1)


def put_claim(motion: Motion, deployment: str, environment: Environment, name: str, app: str, generation: int) -> None:
    """Write the claim as of a request."""
    claim = {"deployment": deployment, "team": environment.team, "app": app, "generation": generation}
    motion.at_the_end.put(NAMES, _place(environment, name), claim)


async def _claim_on(motion: Motion, environment: Environment, name: str, models: ReadModels) -> Document | None:
    """The claim that holds a name. One that was lost with the database is read from the read models."""
    claim = await motion.collection(NAMES).get(_place(environment, name))
    if claim is not None:
        found = await models.deployment(claim["deployment"])
        seen_all = found is not None and newest_generation(found) == await _accepted(motion, claim["deployment"])
        if found is None or not seen_all or not is_gone(found):
            return claim
        return {**claim, "gone": True} if kept_data(found) else None
    for found in await models.deployments_under(environment.namespace, name):
        gone = is_gone(found)
        if found["environment"]["cluster"] == environment.cluster and (not gone or kept_data(found)):
            return {"deployment": found["_id"], "team": found["team"], "app": found["asked"]["app"], "gone": gone}
    return None


async def _accepted(motion: Motion, deployment: str) -> int:
    """How many requests about a deployment were accepted."""
    return await motion.sequence_of(topics.DEPLOYMENT_REQUESTS, deployment)


def _place(environment: Environment, name: str) -> str:
    """Where objects of this name would stand: cluster and namespace, because those are where names collide."""
    return f"{environment.cluster}/{environment.namespace}/{name}"

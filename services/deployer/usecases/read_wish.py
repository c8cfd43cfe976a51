"""What should be of one deployment, with the values of its secrets: the first step of a reconcile, in one motion."""

from dataclasses import replace

from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.refused_object import refused_object
from services.deployer.domain.wish import Wish
from services.deployer.ports import ObjectRefused, World
from services.deployer.reconciler.outcome import Done, GiveUp
from services.deployer.usecases.build_secret import build_secret
from services.deployer.usecases.keep_out_quarantined import keep_out_quarantined


async def read_wish(deployment: str, world: World) -> Wish | Done | GiveUp:
    """What to bring about; an outcome when there is nothing to do."""
    request = await world.requests.get(deployment)
    if request is None:
        return Done()
    state = await world.deployments.get(deployment)
    if state is None or request.removal:
        return Wish(request, state) if request.removal else Done()
    wanted = await world.desired.get(deployment)
    if wanted is None:
        return Wish(request, state)
    desired = await keep_out_quarantined(state, wanted, world)
    if desired is None:
        return GiveUp("only a version that failed here is known")
    return await _with_secret(Wish(request, state, desired), desired, world)


async def _with_secret(wish: Wish, desired: Desired, world: World) -> Wish:
    try:
        return replace(wish, secret=await build_secret(desired, world))
    except ObjectRefused as refused:
        return replace(wish, refusal=refused_object(refused.kind, refused.name, refused.field, refused.message))

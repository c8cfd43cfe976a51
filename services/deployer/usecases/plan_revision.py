"""What a request becomes: the next revision, or why it can't be built. Reads only, changes nothing.

Called when compliance approved (start_deployment), and when somebody asks what would be (answer_plan).
"""

from chassis.errors import NotKnownYet
from contracts import topics
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.plan import goes_on, kept_out, plan, plan_again
from services.deployer.ports import World


async def plan_revision(
    request: KnownRequest, number: int, state: Deployment | None, current: Desired | None, world: World
) -> Desired | Failure:
    """Revision `number`; `current` is what should run now. Raises NotKnownYet when the version has not arrived."""
    quarantined = kept_out(request, state)
    if quarantined is not None:
        return quarantined
    before = goes_on(state, current)
    if request.revision is not None:
        earlier = await world.revisions.get(request.deployment, request.revision)
        return plan_again(request, number, earlier, current, before)
    version = await world.versions.get(request.app, request.version)
    if version is None:
        raise NotKnownYet(topics.APPS, request.app)
    return plan(request, number, version.spec, current, before)

"""What an approved request becomes: the description to build from, or why it can't be built. Pure.

`start_deployment` comes here before anything starts. What is refused here ends as failed, and the cluster was never
touched for it.
"""

from contracts.apps.spec import AppSpec
from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import Intent
from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.refused_object import manifest_invalid
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.settings_check import wrong_setting

_OF_A_REVISION = ("app_name", "parameters", "secrets", "replicas", "restarted_at")
"""What belongs to a revision; whether it is paused does not."""

KEEP_DESCRIPTION = (Intent.SCALE, Intent.RESTART, Intent.RESUME)
"""They change how many pods there are or how old; an edit in the catalog waits for who asks for more."""


NAMES_A_VERSION = (Intent.DEPLOY, Intent.UPGRADE, Intent.ROLL_BACK, Intent.RESUME)
"""Who asks so says which version, by name, as a revision's, or as the one that was paused; all others take any."""


def kept_out(request: KnownRequest, state: Deployment | None) -> Failure | None:
    """Why a version that failed here does not come back with a request that does not name it; None when it may."""
    failed = state.quarantined(request.version) if state is not None else None
    if failed is None or request.intent in NAMES_A_VERSION:
        return None
    return Failure(
        Cause.VERSION_QUARANTINED,
        Fault.CONFIGURATION,
        {"failed": failed.version, "revision": failed.revision, "because": failed.cause.value},
    )


def goes_on(state: Deployment | None, current: Desired | None) -> int | None:
    """The revision that goes on if the next one is taken back: the one in force, but not one that was overtaken."""
    if state is None or current is None:
        return None
    overtaken = state.phase is Phase.SUPERSEDED and current.revision == state.revision
    return current.before if overtaken else current.revision


def plan(
    request: KnownRequest, number: int, spec: AppSpec, current: Desired | None, before: int | None
) -> Desired | Failure:
    """Revision `number` by the catalog's `spec`; `current` is what should run now, `before` what goes on after it."""
    moved = _moved(request, current)
    if moved is not None:
        return moved
    if current is not None and _keeps_description(request, current):
        spec = current.spec
    wrong = wrong_setting(spec, request)
    if wrong is not None:
        return _refused(request, *wrong)
    if request.restarted_at is None and current is not None:
        request = request.model_copy(update={"restarted_at": current.request.restarted_at})
    return Desired(request=request, spec=spec, revision=number, before=before)


def plan_again(
    request: KnownRequest, number: int, earlier: Desired | None, current: Desired | None, before: int | None
) -> Desired | Failure:
    """Revision `number` as an `earlier` one was built; its version has to be the one that the gate judged."""
    moved = _moved(request, current)
    if moved is not None:
        return moved
    if earlier is None:
        return Failure(
            Cause.REVISION_UNKNOWN,
            Fault.CONFIGURATION,
            {"revision": request.revision or 0, "newest": number - 1},
        )
    was = earlier.request
    if (was.app, was.version) != (request.app, request.version):
        message = f"revision {request.revision} is version {was.version}, and {request.version} was asked for"
        return _refused(request, "version", message)
    kept = {name: getattr(was, name) for name in _OF_A_REVISION}
    return Desired(request=request.model_copy(update=kept), spec=earlier.spec, revision=number, before=before)


def plan_pause(request: KnownRequest, number: int, current: Desired | None, before: int | None) -> Desired | Failure:
    """Revision `number`: what should run now, with nothing of it running.

    Whatever else the request says is left out, because nobody decided on it.
    """
    moved = _moved(request, current)
    if moved is not None:
        return moved
    if current is None:
        return _refused(request, "paused", "nothing of it is there that could be paused")
    kept = {name: getattr(current.request, name) for name in ("app", "version", *_OF_A_REVISION)}
    return Desired(
        request=request.model_copy(update=kept | {"paused": True}), spec=current.spec, revision=number, before=before
    )


def _moved(request: KnownRequest, current: Desired | None) -> Failure | None:
    """What would have to move although it can't: objects are called after the name and stand in one namespace."""
    if current is None:
        return None
    for field in ("name", "environment"):
        if getattr(request, field) != getattr(current.request, field):
            return _refused(request, field, f"a deployment keeps its {field} for as long as it lives")
    return None


def _keeps_description(request: KnownRequest, current: Desired) -> bool:
    same = (request.app, request.version) == (current.request.app, current.request.version)
    return same and request.intent in KEEP_DESCRIPTION


def _refused(request: KnownRequest, field: str, message: str) -> Failure:
    return manifest_invalid("Deployment", request.name, field, message)

"""What an approved request becomes: the description to build from, or why it can't be built. Pure.

`start_deployment` comes here before anything starts. What is refused here ends as failed, and the cluster was never
touched for it.
"""

from contracts.apps.spec import AppSpec
from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import Intent
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.settings_check import wrong_setting

KEEP_DESCRIPTION = (Intent.SCALE, Intent.RESTART)
"""They change how many pods there are or how old; an edit in the catalog waits for who asks for more."""


def plan(
    request: KnownRequest,
    number: int,
    spec: AppSpec | None,
    earlier: Desired | None,
    current: Desired | None,
) -> Desired | Failure:
    """Revision `number`. `spec` is the catalog's, `earlier` the revision asked for, `current` what should run now."""
    if current is not None and (field := _moved(request, current.request)) is not None:
        return _refused(request, field, f"a deployment keeps its {field} for as long as it lives")
    before = current.revision if current is not None else None
    if request.revision is not None:
        return _again(request, number, earlier, before)
    if _keeps_description(request, current) and current is not None:
        spec = current.spec
    if spec is None:
        return _refused(request, "version", f"version {request.version} is not in the catalog")
    wrong = wrong_setting(spec, request)
    if wrong is not None:
        return _refused(request, *wrong)
    if request.restarted_at is None and current is not None:
        request = request.model_copy(update={"restarted_at": current.request.restarted_at})
    return Desired(request=request, spec=spec, revision=number, before=before)


def _moved(request: KnownRequest, current: KnownRequest) -> str | None:
    """What would have to move although it can't: objects are called after the name and stand in one namespace."""
    if request.name != current.name:
        return "name"
    return "environment" if request.environment != current.environment else None


def _again(request: KnownRequest, number: int, earlier: Desired | None, before: int | None) -> Desired | Failure:
    """An earlier revision as it was built; the gate judged the version the request names, so it has to be that one."""
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
    kept = {name: getattr(was, name) for name in ("app_name", "parameters", "secrets", "replicas", "restarted_at")}
    return Desired(request=request.model_copy(update=kept), spec=earlier.spec, revision=number, before=before)


def _keeps_description(request: KnownRequest, current: Desired | None) -> bool:
    if current is None or request.intent not in KEEP_DESCRIPTION:
        return False
    return (request.app, request.version) == (current.request.app, current.request.version)


def _refused(request: KnownRequest, field: str, message: str) -> Failure:
    return Failure(
        Cause.MANIFEST_INVALID,
        Fault.CONFIGURATION,
        {"kind": "Deployment", "name": request.name, "field": field, "message": message},
    )

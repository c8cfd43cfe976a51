"""What makes a step the same step, so that it is told once per generation."""

from collections.abc import Mapping

from contracts.deployments.reasons import Cause, Step

_TELLING_PARAMS = ("pod", "image", "restarts", "resource")


def told_key(step: Step, params: Mapping[str, object], cause: Cause | None = None) -> str:
    """The step with the parameters that tell it from its like, e.g. `pod-restarted web-7d9f-abcde 2`.

    A trouble is told once by its cause, however often its numbers change; a warning once for each object.
    """
    if cause is Cause.API_DEPRECATED:
        return f"{step.value} {cause.value} {params['kind']}/{params['name']}"
    if cause is not None:
        return f"{step.value} {cause.value}"
    return " ".join([step.value, *(str(params[name]) for name in _TELLING_PARAMS if name in params)])

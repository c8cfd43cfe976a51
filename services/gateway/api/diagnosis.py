"""What is wrong with a deployment, as the doctor found it: the finding, the evidence, the next step, whose fault it is.

Before it: the deployer's events name a cause with parameters, certain (`DeploymentFailed`, a rollback) or seen while
there is hope (`DeploymentProgressed` with a cause). After it: `appstore doctor`, and the evidence on the page.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from services.gateway.api.asking import Somebody, TextsOf, WorldOf
from services.gateway.api.deployment_shown import DeploymentShown, FailureShown, QuarantineShown, show_deployment
from services.gateway.api.deployments import find_deployment
from services.gateway.api.operations import Restored
from services.gateway.api.shapes import Shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts

router = APIRouter(tags=["deployments"])

PAIRS = (
    *("image", "container", "restarts", "exitCode", "limit", "policy", "claim", "size", "missing", "endpoint", "api"),
    *("quota", "resource", "asked", "free", "used", "probe", "path", "answer", "kind", "name", "field", "message"),
    *("ready", "wanted", "pod", "node", "seconds", "failed", "revision", "because"),
)
"""The parameters that are evidence, as they are shown; `log` and `howToAdd` have places of their own."""
NOTHING = frozenset({None, "", "?", "-"})
"""What stands where the cluster does not tell."""


class EvidenceShown(Shown):
    """One thing that was seen, with its name in the reader's language."""

    code: str
    name: str
    value: str


class FindingShown(Shown):
    """Why a deployment is not healthy. `certain` is False while it may still pass."""

    cause: str
    certain: bool
    title: str
    why: str
    detail: str
    fault: str
    whose: str
    evidence: list[EvidenceShown]
    log: list[str]
    next: list[str]
    restored: Restored | None = None


class DiagnosisShown(Shown):
    """How a deployment is now: `healthy` when it is as it was asked, else the finding as far as there is one.

    `paused` says that nothing of it runs because somebody asked so; then nothing is wrong with that.

    `status` is that of the newest request, or `removed`.
    """

    deployment: str
    name: str
    status: str
    healthy: bool
    paused: bool = False
    finding: FindingShown | None = None
    quarantine: list[QuarantineShown] = []
    warnings: list[FindingShown] = []


@router.get(
    "/deployments/{deployment_id}/diagnosis",
    operation_id="getDiagnosis",
    summary="Why a deployment is not healthy, and what to do",
)
async def get_diagnosis(deployment_id: str, world: WorldOf, person: Somebody, texts: TextsOf) -> DiagnosisShown:
    """The newest request's finding, or what its rollout shows so far."""
    found, _ = await find_deployment(deployment_id, person, Permission.READ_DEPLOYMENTS, world)
    return diagnosis_of(await show_deployment(found, world, person, texts), texts)


def diagnosis_of(shown: DeploymentShown, texts: Texts) -> DiagnosisShown:
    """The doctor's answer about a deployment as it is shown."""
    failure = shown.failure or shown.degraded or shown.trouble
    return DiagnosisShown(
        deployment=shown.id,
        name=shown.name,
        status="removed" if shown.removed else shown.status,
        healthy=shown.status == "succeeded" and not shown.removed and shown.degraded is None,
        paused=shown.paused,
        finding=_finding(failure, texts, certain=failure is not shown.trouble) if failure else None,
        quarantine=shown.quarantine,
        warnings=[_finding(one, texts, certain=True) for one in shown.notices],
    )


def _finding(failure: FailureShown, texts: Texts, *, certain: bool) -> FindingShown:
    sentences = f"failure.cause.{failure.cause}"
    why, step = (texts(f"{sentences}.{part}") if texts.has(sentences + ".what") else "" for part in ("why", "next"))
    how_to_add = str(failure.params.get("howToAdd", ""))
    return FindingShown(
        cause=failure.cause,
        certain=certain,
        title=failure.title,
        why=why,
        detail=failure.detail,
        fault=failure.fault,
        whose=texts.named("failure", f"fault.{failure.fault}"),
        evidence=seen(failure.params, texts),
        log=lines_of(failure.params),
        next=[*filter(None, (step, f"{texts('failure.how_to_add')} {how_to_add}" if how_to_add else ""))]
        + [one for one in failure.next if one not in (step, how_to_add)],
        restored=failure.restored,
    )


def seen(params: Mapping[str, Any], texts: Texts) -> list[EvidenceShown]:
    """What a failure's parameters tell, each with its name; what the cluster does not tell is left out."""
    told = [(code, params[code]) for code in PAIRS if code in params and params[code] not in NOTHING]
    return [EvidenceShown(code=code, name=texts(f"failure.seen.{code}"), value=texts.value(one)) for code, one in told]


def lines_of(params: Mapping[str, Any]) -> list[str]:
    """The last lines of the log; failures of before have one."""
    return str(params.get("log") or params.get("lastLine") or "").splitlines()

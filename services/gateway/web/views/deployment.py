"""The deployment page from the deployment, timeline, rule, verdict and app read models.

Before it: `site`. After it: `pages/deployment/page.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from contracts.deployments import drift as contract
from contracts.deployments.health import Degraded
from contracts.deployments.reasons import Cause, Fault
from services.gateway.api.operations import ObjectionShown, level_of
from services.gateway.readmodels.deployment import is_gone, kept_data, newest_wish
from services.gateway.readmodels.revision import is_paused, revisions_of, running
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.app.verdicts import reasons_of
from services.gateway.web.pages.deployment.told import event_of
from services.gateway.web.pages.deployment.view import (
    FOLLOWED,
    Decision,
    DeploymentView,
    Drift,
    DriftedField,
    DriftedObject,
    Failure,
    KeptOut,
    RevisionRow,
    Runs,
    State,
)
from services.gateway.web.views.live import live
from services.gateway.web.views.pods import pods_of
from services.gateway.web.views.states import final_of, request_of, state_of

Document = dict[str, Any]

MOST_REVISIONS = 20
"""Revisions a page shows; the deployer keeps as many to go back to."""
CLUSTER_ONLY = (".svc", ".svc.cluster.local")
"""How the names of Kubernetes services end; no browser outside the cluster finds them."""

WITH_ADDRESS = frozenset({"healthy", "degraded", "rolled-back"})
"""States in which the app answers."""


@dataclass(frozen=True)
class DeploymentRead:
    """What was read about one deployment."""

    found: Document
    entries: Sequence[Document]
    """Its timeline, oldest first."""
    names: Mapping[str, str | None]
    """Names of the people in it, by id."""
    objections: Sequence[ObjectionShown]
    """Of the newest decision, in the reader's language."""
    app: Document | None
    """None while the catalog's event did not arrive."""
    verdict: Document | None
    cluster: str
    """Name of the cluster."""
    held: bool
    team: str
    """Slug of the team."""
    may_change: bool = False
    """Whether the reader may change it."""
    warnings: Sequence[ObjectionShown] = ()
    """The gates that the newest decision let through, in the reader's language."""


def deployment_view(read: DeploymentRead, now: datetime, frame: Frame) -> DeploymentView:
    """The deployment as it stands at `now`."""
    found, asked = read.found, read.found["asked"]
    request, state = request_of(found), state_of(found, held=read.held)
    title = (read.app or {}).get("title") or asked["appName"]
    generation = newest_wish(found)
    address = found["rollout"].get("address") if state in WITH_ADDRESS else None
    inside = address is not None and (urlsplit(address).hostname or "").endswith(CLUSTER_ONLY)
    steps = [entry for entry in read.entries if entry["generation"] == generation]
    return DeploymentView(
        frame=frame,
        id=found["_id"],
        state=state,
        since=_since(found, state),
        now=now,
        app_name=asked["appName"],
        app_title=title,
        app_href=f"/apps/{asked['appName']}",
        version=asked["version"],
        revision=found["rollout"].get("revision") or 0,
        team=read.team,
        environment=found["environment"]["name"],
        requested_at=datetime.fromisoformat(request["at"]),
        requested_by=read.names.get(request.get("actor") or ""),
        events=tuple(event_of(entry, read.names.get(entry["actor"] or ""), title) for entry in read.entries),
        cluster=read.cluster,
        decision=_decision(found["decisions"].get(str(generation)), read),
        failure=_failure(found, state),
        quarantine=_kept_out(found),
        drift=_drift(found),
        name=asked["name"],
        kept_data=kept_data(found),
        runs=_runs(read),
        revisions=tuple(_revisions(found))[:MOST_REVISIONS],
        may_change=read.may_change and not is_gone(found) and request["kind"] != "remove",
        versions=_versions(read),
        pods=pods_of(found, state, asked["version"], steps, _replicas(read, asked["version"])),
        live=live(FOLLOWED, deployment=found["_id"]),
        open_url=address if not inside else None,
        inside_address=address if inside else None,
    )


def _decision(decision: Document | None, read: DeploymentRead) -> Decision | None:
    if decision is None:
        return None
    return Decision(
        at=datetime.fromisoformat(decision["at"]),
        reasons=reasons_of(read.objections),
        passed=_passed(decision, read.verdict),
        policy=decision["policySet"]["version"],
        level=level_of(decision),
        warnings=reasons_of(read.warnings),
    )


def _passed(decision: Document, verdict: Document | None) -> int:
    """How many rules said yes: told only while the verdict that was decided on still stands."""
    if verdict is None or verdict["scoredAt"] > decision["at"]:
        return 0
    return sum(result["verdict"] == "pass" for result in verdict["results"])


def _runs(read: DeploymentRead) -> Runs | None:
    found = read.found
    runs = running(found)
    if runs is None:
        return None
    settings, wanted = runs["request"].get("parameters", {}), runs["request"].get("replicas")
    return Runs(
        runs["revision"],
        runs["version"],
        found["rollout"].get("replicas") or 0,
        _replicas(read, runs["version"]) if wanted is None else wanted,
        tuple(sorted(settings.items())),
        paused=is_paused(found),
    )


def _versions(read: DeploymentRead) -> tuple[str, ...]:
    """The versions that can be gone to, newest first."""
    known = [] if read.app is None or read.app["withdrawn"] else read.app["versions"]
    now = (read.found["rollout"].get("runs") or {}).get("version")
    return tuple(one["version"] for one in known if not one["withdrawn"] and one["version"] != now)


def _revisions(found: Document) -> Iterator[RevisionRow]:
    for one in revisions_of(found):
        request, outcome = one["request"], "runs" if one["runs"] else one["status"]
        at = datetime.fromisoformat(request["at"])
        may_return = outcome == "succeeded"
        yield RevisionRow(one["revision"], request["intent"], request["version"], outcome, at, may_return)


def _since(found: Document, state: State) -> datetime:
    if state == "degraded":
        return _degraded(found).since
    final = final_of(found)
    return datetime.fromisoformat(
        final["at"] if final else found["rollout"].get("changedAt") or request_of(found)["at"]
    )


def _degraded(found: Document) -> Degraded:
    return Degraded.model_validate(found["rollout"]["degraded"])


def _failure(found: Document, state: State) -> Failure | None:
    if state == "degraded":
        now = _degraded(found)
        return Failure(now.cause, now.fault, now.since, now.params)
    final = final_of(found)
    if final is None or "cause" not in final:
        return None
    return Failure(
        Cause(final["cause"]), Fault(final["fault"]), datetime.fromisoformat(final["at"]), final.get("params", {})
    )


def _kept_out(found: Document) -> tuple[KeptOut, ...]:
    kept_out = found["rollout"].get("quarantine") or ()
    return tuple(KeptOut(one["version"], one["revision"], Cause(one["cause"])) for one in kept_out)


def _drift(found: Document) -> Drift | None:
    drift = found["rollout"].get("drift")
    if not drift:
        return None
    lasts = contract.Drift.model_validate(drift)
    drifted = tuple(
        DriftedObject(
            one.kind,
            one.name,
            one.deleted,
            tuple(DriftedField(field.path, field.declared, field.found, field.hidden) for field in one.fields),
            one.manager,
        )
        for one in lasts.drifted
    )
    return Drift(lasts.since, lasts.reaction, drifted, lasts.times, lasts.heals_at)


def _replicas(read: DeploymentRead, wanted: str) -> int:
    """How many pods a version asks for; one as long as the version is not known."""
    versions = (read.app or {}).get("versions", [])
    return next((int(one["spec"]["replicas"]) for one in versions if one["version"] == wanted), 1)

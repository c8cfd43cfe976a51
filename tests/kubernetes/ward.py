"""Apps that do not get healthy, all applied at once on the real control plane, and what the doctor finds of each.

`test_doctor.py` names them and says what must be found. A case's `play` does what a kubelet would have done, when only
a kubelet can; without one, everything that happens to it is the control plane's own doing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chassis.clock import SystemClock
from chassis.errors import NotNow
from contracts.deployments.reasons import Cause
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.domain.doctor.findings import findings
from services.deployer.domain.doctor.refused_object import refused_object
from services.deployer.domain.health import Failure, Finding, Look, Patience
from services.deployer.ports import Object, ObjectRefused
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage
from tests.kubernetes.kubelet import Kubelet

Prepare = Callable[["Patient"], Awaitable[None]]
Play = Callable[[Kubelet, Object], Awaitable[None]]
WITHIN = 90.0
PATIENCE = Patience(shortage_seconds=2, probe_failure_seconds=2)


@dataclass(frozen=True)
class Case:
    """One way to be ill. `objects` makes the manifest, `prepare` what stands in its way before it is applied."""

    objects: Callable[[App], Sequence[Object]]
    prepare: Prepare | None = None
    play: Play | None = None


@dataclass
class Patient:
    """One app on the cluster."""

    stage: RealStage
    case: Case
    app: App = field(default_factory=App)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    refused: Failure | None = None

    async def comes_in(self) -> None:
        """Have it applied, as the reconciler does, and let the kubelet play its part."""
        await self._applied(self.case.objects(self.app)[:1])
        if self.case.prepare is not None:
            await self.case.prepare(self)
        try:
            await self._applied(self.case.objects(self.app))
        except ObjectRefused as refused:
            self.refused = refused_object(refused.kind, refused.name, refused.field, refused.message)
            return
        if self.case.play is not None:
            kubelet = Kubelet(self.stage.admin, self.app.namespace)
            await self.case.play(kubelet, await kubelet.pod())

    async def _applied(self, objects: Sequence[Object]) -> None:
        async def applied() -> bool:
            try:
                await self.stage.cluster.apply(self.app.deployment, objects)
            except NotNow:
                return False
            return True

        await eventually(applied, bool, WITHIN, "the cluster takes it")

    async def finding(self, cause: Cause) -> Failure:
        """What is certain, once that is this cause. Raises TimeoutError."""
        if self.refused is not None:
            return self.refused

        async def look() -> Failure | None:
            found = await self.findings()
            return next((one.failure for one in found if one.certain), None)

        def is_it(found: Failure | None) -> bool:
            return found is not None and found.cause is cause

        found = await eventually(look, is_it, WITHIN, f"it is {cause}")
        assert found is not None
        return found

    async def findings(self) -> list[Finding]:
        """All there is to find now, the most telling first."""
        observed = await self.stage.cluster.observe(self.app.deployment)
        if observed is None:
            return []
        return list(findings(Look(observed, self.since, SystemClock().now(), PATIENCE)))


async def admitted(stage: RealStage, cases: Mapping[str, Case]) -> dict[str, Patient]:
    """All of them, at the same time."""
    patients = {name: Patient(stage, case) for name, case in cases.items()}
    await asyncio.gather(*(patient.comes_in() for patient in patients.values()))
    return patients


async def discharged(stage: RealStage, patients: Mapping[str, Patient]) -> None:
    """Ask for everything to go: namespaces too, which the deployer never does, and the operator's policies."""
    for patient in patients.values():
        await stage.admin.request("DELETE", f"/api/v1/namespaces/{patient.app.namespace}")
    for which in ("ybindings", "ies"):
        for one in (await stage.admin.request("GET", f"{ADMISSION}{which}"))["items"]:
            await stage.admin.request("DELETE", f"{ADMISSION}{which}/{one['metadata']['name']}")


ADMISSION = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
_PROBE = {
    "kind": "PodTemplate",
    "metadata": {"name": "probe"},
    "template": {"spec": {"containers": [{"name": "a", "image": "a"}]}},
}


def refusing(resource: str, why: str) -> Prepare:
    """The operator's ValidatingAdmissionPolicy `no-<resource>` keeps one kind out of the app's namespace."""

    async def prepare(patient: Patient) -> None:
        admin, namespace = patient.stage.admin, patient.app.namespace
        name = policy_of(resource, patient.app)
        rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"]}
        rules = [{**rule, "resources": [resource, "podtemplates"]}]
        says = {"validations": [{"expression": "false", "message": why}]}
        spec = {"matchConstraints": {"resourceRules": rules}, **says}
        await admin.request("POST", f"{ADMISSION}ies", None, {"metadata": {"name": name}, "spec": spec})
        where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
        bound = {"policyName": name, "validationActions": ["Deny"], "matchResources": where}
        await admin.request("POST", f"{ADMISSION}ybindings", None, {"metadata": {"name": name}, "spec": bound})

        async def counts() -> bool:
            path = f"/api/v1/namespaces/{namespace}/podtemplates"
            try:
                await admin.request("POST", path, {"dryRun": "All"}, _PROBE)
            except ApiRefused as refused:
                return "ValidatingAdmissionPolicy" in refused.message
            return False

        await eventually(counts, bool, WITHIN, "the policy counts")

    return prepare


def policy_of(resource: str, app: App) -> str:
    """What the policy is called."""
    return f"no-{resource}.{app.namespace}"

"""A plan at the API: the request is checked as one that is made, the deployer is asked, and nothing is recorded."""

import pytest

from contracts.deployments.events import ObjectReference
from contracts.deployments.questions import Change, Plan, PlannedField, PlannedObject, ResourceUse, Trouble
from contracts.deployments.reasons import Cause, Fault
from contracts.deployments.requests import Intent
from contracts.questions import NoAnswerInTime
from services.gateway.api import plans
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import CHOSEN, Life, wish_of

FIELD = PlannedField(path=".spec.replicas", before="2", after="5")
A_PLAN = Plan(
    revision=2,
    version="1.0",
    objects=(PlannedObject(kind="Deployment", name="docling-serve", change=Change.CHANGED, fields=(FIELD,)),),
    resources=(ResourceUse(resource="pods", before="2", after="5", used="2", limit="4", missing="1"),),
    warnings=("this API is deprecated",),
)
KEPT = (ObjectReference(kind="PersistentVolumeClaim", name="docling-serve-data"),)
CANARY = "canary-of-a-plan"


async def test_the_plan_of_a_change_is_asked_and_nothing_is_recorded(life: Life) -> None:
    """The deployer gets the whole request that would be made; the answer is shown with what is missing."""
    life.gateway.asked.answer = A_PLAN
    before = len(life.asked())
    answer = await life.act("_plan", replicas=5)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["deployment"], shown["revision"], shown["intent"]) == (life.deployment, 2, "scale")
    assert not shown["wouldWork"]
    assert shown["objects"][0]["fields"] == [{"path": ".spec.replicas", "before": "2", "after": "5", "hidden": False}]
    assert shown["resources"][0]["missing"] == "1"
    (question, lineage), *none = life.gateway.asked.questions
    assert none == []
    assert (wish_of(question.request.model_dump(mode="json")), question.request.intent) == (
        ("1.0", CHOSEN, 5),
        Intent.SCALE,
    )
    assert lineage is not None
    assert lineage.team == question.request.environment.team
    assert lineage.actor_roles
    assert len(life.asked()) == before
    assert (await life.change(replicas=5)).status_code == 202, "the plan stood in nobody's way"


async def test_the_plan_of_a_new_deployment_names_secrets_by_id_only(life: Life) -> None:
    """A value that is given is neither asked about, nor kept, nor answered."""
    life.gateway.asked.answer = A_PLAN
    answer = await life.client.post(
        "/deployments/_plan", json={"app": "docling-serve", "version": "1.0", "name": "second"}
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["deployment"], answer.json()["name"]) == (None, "second")
    with_secret = {"app": "docling-serve", "version": "1.0", "name": "third", "secrets": {"password": CANARY}}
    refused = await life.client.post("/deployments/_plan", json=with_secret)
    assert CANARY not in refused.text
    assert CANARY not in repr(life.gateway.asked.questions)
    assert await life.gateway.database.collection("sealed_secrets").count_documents({}) == 0


async def test_the_plan_of_a_name_that_stands_is_about_what_stands(life: Life) -> None:
    """The deployer is asked about the deployment that the request would be about; nothing is claimed by asking."""
    life.gateway.asked.answer = A_PLAN
    names = life.gateway.database.collection("deployment_names")
    before = await names.find({}).to_list()
    answer = await life.client.post("/deployments/_plan", json={"app": "docling-serve", "version": "2.0"})
    assert (answer.status_code, answer.json()["deployment"]) == (200, life.deployment)
    (question, _), *_ = life.gateway.asked.questions
    assert question.request.deployment == life.deployment
    await life.client.post("/deployments/_plan", json={"app": "docling-serve", "name": "second"})
    assert await names.find({}).to_list() == before


async def test_a_name_of_another_app_is_refused_as_it_would_be(life: Life) -> None:
    """A name that is in use, or keeps another app's data, answers a plan as it answers the request."""
    life.gateway.asked.answer = A_PLAN
    await life.gateway.hear(*map(life.tell, (told.app(told.OTHER_APP, "qdrant"), told.version(told.OTHER_APP))))
    wish = {"app": "qdrant", "name": "docling-serve"}
    codes = []
    for number in (1, 2):
        planned = (await life.client.post("/deployments/_plan", json=wish)).json()
        asked = (await life.client.post("/deployments", json=wish)).json()
        assert (planned["code"], planned["params"]) == (asked["code"], asked["params"])
        codes.append(planned["code"])
        if number == 1:
            assert (await life.client.delete(life.address)).status_code == 202
            await life.hear((told.removed().model_copy(update={"kept": KEPT}), 2))
    assert codes == ["name-in-use", "name-keeps-data"]
    assert life.gateway.asked.questions == []


async def test_what_would_be_refused_is_refused_for_a_plan_too(life: Life) -> None:
    """An unknown parameter, a hostile name and nothing to change are told before anybody is asked."""
    life.gateway.asked.answer = A_PLAN
    wrong = {"app": "docling-serve", "version": "1.0", "parameters": {"namespace": "kube-system"}}
    for body, status in (
        (wrong, 422),
        ({"app": "docling-serve", "name": "x\n---\nkind: Namespace"}, 422),
        ({"app": "docling-serve", "environment": "../kube-system"}, 422),
        ({"app": "docling-serve", "namespace": "kube-system"}, 422),
    ):
        assert (await life.client.post("/deployments/_plan", json=body)).status_code == status
    nothing = await life.act("_plan", replicas=2)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-change")
    assert life.gateway.asked.questions == []


async def test_no_answer_in_time_says_whose_fault_it_is(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the deployer is away, the person reads so, in their language, and that nothing changed."""
    monkeypatch.setattr(plans, "WAIT_SECONDS", 0.05)
    answer = await life.client.post("/deployments/_plan", json={"app": "docling-serve", "name": "second"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["fault"]) == (504, NoAnswerInTime.code, "platform")
    dutch = await life.client.post(
        "/deployments/_plan", json={"app": "docling-serve", "name": "second"}, headers={"Accept-Language": "nl"}
    )
    assert dutch.json()["title"] == "Er kwam niet op tijd antwoord"


async def test_why_it_can_not_be_built_is_told_as_a_failure_would_be(life: Life) -> None:
    """Cause, title, whose turn and what to do, for the whole and for each object."""
    trouble = Trouble(
        cause=Cause.ADMISSION_DENIED,
        fault=Fault.CONFIGURATION,
        params={"policy": "images", "kind": "Deployment", "name": "docling-serve", "message": "not from there"},
    )
    refused = A_PLAN.objects[0].model_copy(update={"trouble": trouble})
    life.gateway.asked.answer = A_PLAN.model_copy(update={"objects": (refused,), "resources": ()})
    shown = (await life.act("_plan", replicas=5)).json()
    assert not shown["wouldWork"]
    told = shown["objects"][0]["trouble"]
    assert (told["code"], told["fault"]) == ("admission-denied", "configuration")
    assert "not from there" in told["detail"]


async def test_another_team_may_not_ask(life: Life) -> None:
    """Nobody learns what runs by planning a change of it."""
    async with life.gateway.stranger() as stranger, life.gateway.client() as nobody:
        for client, status in ((stranger, 403), (nobody, 401)):
            answer = await client.post(f"{life.address}/_plan", json={"replicas": 5})
            assert answer.status_code == status
    assert life.gateway.asked.questions == []

"""How strictly an environment is judged can be read before asking, and what was let through there after it.

And where a cluster gives teams no namespace of their own, it is said before anything is accepted.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from contracts.clusters.offer import Offer
from contracts.compliance.level import PolicyLevel
from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
LENIENT = {"test": Offer(policy_level=PolicyLevel.LENIENT)}


async def test_each_environment_says_its_level(new_gateway: NewGateway) -> None:
    """What the cluster tells is shown, strict where it says nothing; what it tells next counts."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await gateway.stock()
        first = (await client.get("/environments")).json()["items"]
        assert [(one["name"], one["policyLevel"]) for one in first] == [("test", "strict"), ("production", "strict")]
        await gateway.hear(tell(told.cluster().model_copy(update={"offers": LENIENT})))
        then = (await client.get("/environments")).json()["items"]
        assert [(one["name"], one["policyLevel"]) for one in then] == [("test", "lenient"), ("production", "strict")]
        assert (then[0]["cluster"], then[0]["clusterName"], then[0]["simulated"]) == (told.CLUSTER, "sandbox", True)


async def test_what_was_let_through_is_shown_with_its_level(new_gateway: NewGateway) -> None:
    """A deployment names the level of its newest decision and each gate that only warned, as does its timeline."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = Telling()
        asked = tell(told.requested(), team=told.TEAM, actor=told.PERSON)
        await gateway.hear(*map(tell, (told.app(), told.version(), told.scored(), told.cluster())), asked)
        decided = told.approved(PolicyLevel.LENIENT, warned=True)
        await gateway.hear(*(tell(one, generation=1) for one in (decided, told.started())))
        deployment = (await client.get(f"/deployments/{told.DEPLOYMENT}")).json()
        assert (deployment["policyLevel"], deployment["objections"]) == ("lenient", [])
        assert [one["rule"] for one in deployment["warnings"]] == ["licence-is-open"]
        for language, said in (("en", "at level lenient: 1 rule is not met"), ("nl", "op niveau soepel: aan 1 regel")):
            headers = {"Accept-Language": language}
            timeline = await client.get(f"/deployments/{told.DEPLOYMENT}/timeline", headers=headers)
            assert said in timeline.json()["items"][1]["sentence"]


async def test_a_rejection_names_its_level(new_gateway: NewGateway) -> None:
    """Whoever is stopped reads how strictly it was judged."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = Telling()
        asked = tell(told.requested(), team=told.TEAM, actor=told.PERSON)
        await gateway.hear(*map(tell, (told.app(), told.version(), told.cluster())), asked)
        await gateway.hear(*(tell(one, generation=1) for one in (told.rejected(), told.closed(ClosedOutcome.REJECTED))))
        deployment = (await client.get(f"/deployments/{told.DEPLOYMENT}")).json()
        assert (deployment["status"], deployment["policyLevel"]) == ("rejected", "strict")


async def test_a_team_without_a_namespace_is_told_who_makes_one(new_gateway: NewGateway) -> None:
    """Where the platform may make no namespace, the administrator's turn is named before anything is accepted."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await gateway.stock()
        await gateway.hear(tell(told.cluster().model_copy(update={"namespaces": ("team-data-production",)})))
        refused = await client.post("/deployments", json={"app": "docling-serve", "name": "other"})
        assert (refused.status_code, refused.json()["code"]) == (422, "no-namespace")
        assert (refused.json()["fault"], refused.json()["params"]) == ("platform", {"namespace": "team-data-test"})
        wish = {"app": "docling-serve", "name": "other", "environment": "production"}
        assert (await client.post("/deployments", json=wish)).status_code == 202


async def test_another_cluster_may_have_the_namespace(new_gateway: NewGateway) -> None:
    """One cluster without the team's namespace stands in nobody's way when the next one has it."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await gateway.stock()
        without = told.cluster().model_copy(update={"namespaces": ()})
        another = {"cluster": told.an_id(39), "name": "second", "namespaces": ("team-data-production",)}
        await gateway.hear(tell(without), tell(told.cluster().model_copy(update=another)))
        wish = {"app": "docling-serve", "name": "other", "environment": "production"}
        assert (await client.post("/deployments", json=wish)).status_code == 202
        nowhere = await client.post("/deployments", json={**wish, "environment": "test"})
        assert nowhere.json()["code"] == "no-namespace"

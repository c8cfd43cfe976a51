"""One request, one correlation id: on the command line, in the read model, and in the headers on the log."""

import pytest

from infra.local.stack import Stack
from tests.e2e.bare_kafka import read_all
from tests.e2e.command import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

TOPICS = ("gateway.deployment-requests", "compliance.decisions", "deployer.deployments")


async def test_every_event_of_a_request_carries_the_operations_id(stack: Stack, terminal_of_demi: Terminal) -> None:
    """A deployment's timeline names three services, one correlation id a request and a rising hlc, as the log does."""
    deployed = await terminal_of_demi.appstore("deploy", "qdrant", "--name", "lineage", "-o", "json")
    assert deployed.code == 0, deployed.said
    deployment = deployed.json["subject"]["deployment"]
    removed = await terminal_of_demi.appstore("remove", deployment, "-o", "json")
    assert removed.code == 0, removed.said

    timeline = await terminal_of_demi.appstore("timeline", deployment, "-o", "json")
    entries = timeline.json["items"]
    operations = [deployed.json["id"], removed.json["id"]]
    assert {entry["service"] for entry in entries} == {"gateway", "compliance", "deployer"}
    assert list(dict.fromkeys(entry["correlationId"] for entry in entries)) == operations
    stamps = [entry["hlc"] for entry in entries]
    assert stamps == sorted(set(stamps))
    assert entries[0]["event"] == "DeploymentRequested"
    assert entries[-1]["event"] == "DeploymentRemoved"

    on_the_log = {
        message.headers["ce_id"]: message.headers
        for message in await read_all(stack.kafka, TOPICS)
        if message.key == deployment.encode()
    }
    assert {entry["id"] for entry in entries} == set(on_the_log)
    for entry in entries:
        headers = on_the_log[entry["id"]]
        assert headers["ce_correlationid"] == entry["correlationId"]
        assert headers["ce_hlc"] == entry["hlc"]
        assert headers["ce_type"] == entry["type"]
        assert headers.get("ce_causationid") == entry["causationId"]
    causes = {headers["ce_causationid"] for headers in on_the_log.values() if "ce_causationid" in headers}
    assert causes <= set(on_the_log)

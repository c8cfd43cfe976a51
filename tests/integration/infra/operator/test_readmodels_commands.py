"""`appstore readmodels` on a real database and log, with the gateway's reading half in this process."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from chassis.mongo import Database
from infra.operator.readmodels import readmodels
from services.gateway.readmodels.store import MODELS
from tests.fakes import gateway_events as told
from tests.fakes.chassis_messages import Sent
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_read_models import Reader, reading
from tests.fakes.chassis_service import Parts, settings_for
from tests.fakes.gateway_events import Telling
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


@pytest.fixture
async def gateway(mongo: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """The gateway's read models in the database that the command looks in."""
    monkeypatch.setenv("APPSTORE_MONGO", mongo)
    monkeypatch.setenv("APPSTORE_LANG", "en")
    database = Database(mongo, "appstore_gateway")
    for name in await database.raw.list_collection_names():
        await database.collection(name).drop()
    with capture_logs():  # the command's output is this process's own
        yield Parts("gateway", tuple(MODELS), database, Published())
    database.close()


async def run(*arguments: str) -> Result:
    """Run `appstore readmodels …` beside the gateway."""
    return await asyncio.to_thread(CliRunner().invoke, readmodels, arguments)


async def tell_a_story(reader: Reader) -> None:
    """An app, its verdict and a deployment that became healthy."""
    tell = Telling()
    events = [tell(one) for one in (told.app(), told.version(), told.scored(), told.cluster(), told.requested())]
    events += [tell(one, generation=1) for one in (told.approved(), told.started(), told.succeeded())]
    await reader.hear(*(Sent.of(event) for event in events))


async def test_a_rebuild_of_everything_changes_no_digest(gateway: Parts, broker: BrokerProcess, mongo: str) -> None:
    """`digest` before and after `rebuild --all` is the same; what serves is new; the command waits and says so."""
    nothing = await run("digest")
    assert (nothing.exit_code, "no read models yet" in nothing.stderr) == (5, True)
    async with reading(gateway, settings_for(broker.bootstrap, mongo)) as reader:
        for model in MODELS:
            await reader.serves(model, model.collection)
        await tell_a_story(reader)
        before = json.loads((await run("digest", "-o", "json")).stdout)
        assert {one["name"]: one["documents"] for one in before["models"]}["timeline"] == 8
        built = await run("rebuild", "--all")
        assert built.exit_code == 0, built.output
        assert f"Built {len(MODELS)} read models" in built.stdout
        after = json.loads((await run("digest", "-o", "json")).stdout)
        assert after["digest"] == before["digest"]
        assert [one["digest"] for one in after["models"]] == [one["digest"] for one in before["models"]]
        assert {one["collection"] for one in after["models"]} == {f"{model.collection}_r2" for model in MODELS}

        one = json.loads((await run("rebuild", "apps", "-o", "json")).stdout)
        assert one["models"] == [{"name": "apps", "serving": "apps_v1_r3", "failed": None}]
        shown = (await run("digest")).stdout
        assert after["digest"] in shown
        assert "apps_v1_r3" in shown


async def test_a_wrong_name_and_a_gateway_that_is_away_are_said(
    gateway: Parts, broker: BrokerProcess, mongo: str
) -> None:
    """An unknown model names the known ones; nobody who builds is said within the time that was given."""
    async with reading(gateway, settings_for(broker.bootstrap, mongo), builds=False):
        wrong = await run("rebuild", "nonesuch")
        assert (wrong.exit_code, "timeline" in wrong.stderr) == (5, True)
        assert (await run("rebuild")).exit_code == 2
        late = await run("rebuild", "apps", "--wait", "0")
        assert (late.exit_code, "Not built within 0 s: apps" in late.stderr) == (8, True)

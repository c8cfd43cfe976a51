"""Two real stacks on free ports, started once each: one for tests that hurt nothing, one for those that do."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from appstore_client import AppStore

from infra.local.home import CHECKOUT
from infra.local.stack import Stack, start
from tests.e2e.app_folder import write_app
from tests.e2e.command import Terminal
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.own_cluster import write_cluster
from tests.e2e.person import Person, signed_in

POLICIES = CHECKOUT / "services" / "compliance" / "policies"


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules of the shared stack: a copy, which a test may edit."""
    return Path(shutil.copytree(POLICIES, tmp_path_factory.mktemp("rules") / "policies"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory, policies: Path) -> AsyncIterator[Stack]:
    """The shared stack. Its tests choose names of their own, and kill and stop nothing."""
    cluster = write_cluster(tmp_path_factory.mktemp("cluster"))
    environment = {"APPSTORE_POLICIES_DIR": str(policies), "APPSTORE_CLUSTER_FILE": str(cluster)}
    async with start(home=tmp_path_factory.mktemp("stack"), environment=environment) as stack:
        await _apps_are_scored(stack, "qdrant", "ollama", "open-webui")
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def demi(stack: Stack) -> AsyncIterator[Person]:
    """A developer of team-data."""
    async with signed_in(stack, "demi") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def cato(stack: Stack) -> AsyncIterator[Person]:
    """The compliance officer of team-data."""
    async with signed_in(stack, "cato") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def wout(stack: Stack) -> AsyncIterator[Person]:
    """A developer of the other team, team-web."""
    async with signed_in(stack, "wout") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def terminal_of_demi(stack: Stack, tmp_path: Path) -> Terminal:
    """A terminal at which Demi has signed in."""
    terminal = Terminal(stack.address, tmp_path / "demi")
    await terminal.login("demi")
    return terminal


@pytest_asyncio.fixture(loop_scope="session")
async def terminal_of_cato(stack: Stack, tmp_path: Path) -> Terminal:
    """A terminal at which Cato has signed in."""
    terminal = Terminal(stack.address, tmp_path / "cato")
    await terminal.login("cato")
    return terminal


@pytest.fixture
def ledgers(stack: Stack) -> Iterator[Ledgers]:
    """What the services of the shared stack have written down."""
    ledgers = Ledgers(stack.mongo)
    yield ledgers
    ledgers.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hurt(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack whose parts are killed, stopped and started; after each test it has to be whole again."""
    async with _to_be_hurt(tmp_path_factory) as stack:
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hurt_alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Such a stack for one file alone: a part that dies three times within a minute would end a shared one."""
    async with _to_be_hurt(tmp_path_factory) as stack:
        yield stack


@asynccontextmanager
async def _to_be_hurt(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    environment = {"APPSTORE_CLUSTER_FILE": str(write_cluster(tmp_path_factory.mktemp("cluster")))}
    async with start(home=tmp_path_factory.mktemp("hurt"), environment=environment) as stack:
        for name in ("steady", "brisk"):
            write_app(stack.home.apps, name)
        await _apps_are_scored(stack, "qdrant", "ollama", "steady", "brisk")
        yield stack


@pytest.fixture
def ledgers_of_hurt(hurt: Stack) -> Iterator[Ledgers]:
    """What the services of the hurt stack have written down."""
    ledgers = Ledgers(hurt.mongo)
    yield ledgers
    ledgers.close()


async def _apps_are_scored(stack: Stack, *names: str) -> None:
    """A new stack has published its apps and their verdicts: ready services have still to tell each other of them."""
    async with AppStore(stack.address) as store:
        await eventually(
            store.apps.list_all,
            lambda cards: {card.name for card in cards if card.score} >= set(names),
            within=15,
            what="every app has a score",
        )

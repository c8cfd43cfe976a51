"""An API server that is busy, breaks off, forgets or answers late: the adapter does as it is told, and never storms.

A proxy spoils answers of the real API server; what is applied and seen in the end is the server's own.
"""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.errors import NotNow
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND, WATCHED
from services.deployer.ports import Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules
from tests.kubernetes.spoiling_proxy import Seen, Spoil, SpoilingProxy, proxy_to
from tests.unit.deployer.specs import small_with

pytestmark = pytest.mark.asyncio(loop_scope="session")

_WITHIN = 60.0
_OTHER = small_with("registry.test/hello:2")
GONE = b'{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","code":410,"reason":"Expired","message":"old"}}\n'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxy(cluster: ControlPlane) -> AsyncIterator[SpoilingProxy]:
    """The way to the cluster."""
    async with proxy_to(cluster) as proxy:
        yield proxy


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(
    cluster: ControlPlane, proxy: SpoilingProxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RealStage]:
    """A deployer behind it."""
    folder = tmp_path_factory.mktemp("deployer")
    async with role(cluster, shipped_rules()), deployer_on(cluster, folder, server=proxy.address) as stage:
        yield stage


def a_write(seen: Seen) -> bool:
    """What changes something."""
    return seen.is_write


def a_watch(seen: Seen) -> bool:
    """What follows a kind."""
    return seen.is_watch


async def applied(stage: RealStage, app: App, objects: tuple[Object, ...]) -> int:
    """Apply until the cluster takes it, as the reconciler does; how many tries it took."""
    tries = 0

    async def apply() -> bool:
        nonlocal tries
        tries += 1
        try:
            await stage.cluster.apply(app.deployment, objects)
        except NotNow:
            return False
        return True

    await eventually(apply, bool, _WITHIN, "the cluster takes it")
    return tries


async def is_whole(stage: RealStage, app: App, objects: tuple[Object, ...]) -> None:
    """Every object is on the server itself, and the same again writes nothing."""
    for one in objects:
        kind = next(kind for kind in WATCHED if kind.name == one["kind"])
        path = kind.path(one["metadata"].get("namespace"), one["metadata"]["name"])
        assert await stage.there(path) is not None, path
    assert await stage.cluster.apply(app.deployment, objects) == 0


async def live(stage: RealStage) -> None:
    """Wait until every watch is."""

    async def all_live() -> bool:
        return not any(stage.kubernetes.watches.of(kind).cut for kind in WATCHED)

    await eventually(all_live, bool, _WITHIN, "every watch is live again")


async def test_429_is_waited_for_as_long_as_it_says(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Nobody's request goes before that: not the one that was refused, and none of another deployment."""
    first, second = App(), App()
    await live(stage)
    began = time.monotonic()
    proxy.spoil(Spoil(a_write, 1, 429, "TooManyRequests", {"Retry-After": "2"}))
    with pytest.raises(NotNow, match="fewer requests"):
        await stage.cluster.apply(first.deployment, first.objects())
    refused = next(one.at for one in proxy.since(began) if one.is_write)
    await applied(stage, second, second.objects())
    await applied(stage, first, first.objects())
    later = [one for one in proxy.since(refused) if one.at > refused and not one.is_watch]
    assert [one for one in later if one.at - refused < 1.9] == []
    await is_whole(stage, first, first.objects())
    await is_whole(stage, second, second.objects())


async def test_a_storm_of_conflicts_is_no_storm_of_requests(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Each 409 reads the object once; after five the deployment is put off, and whole when the storm is over."""
    app = App()
    await applied(stage, app, app.objects())
    began = time.monotonic()
    proxy.spoil(Spoil(a_write, 20, 409, "Conflict"))
    tries = await applied(stage, app, app.objects(_OTHER, 2))
    writes = [one for one in proxy.since(began) if one.is_write]
    assert tries == 5
    assert len(writes) <= 20 + len(app.objects())
    await is_whole(stage, app, app.objects(_OTHER, 2))


@pytest.mark.parametrize("status", [500, 503, 504, None], ids=["500", "503", "504", "line dropped"])
async def test_an_answer_that_fails_halfway_leaves_nothing_half(
    stage: RealStage, proxy: SpoilingProxy, status: int | None
) -> None:
    """Some objects are there and the next is refused: the same again makes the rest, and nothing twice."""
    app = App()
    for number in range(3):
        proxy.spoil(Spoil(lambda seen, kind=number: seen.is_write and _nth(seen, kind), 1, status))  # type: ignore[misc]
    await applied(stage, app, app.objects())
    await is_whole(stage, app, app.objects())


def _nth(seen: Seen, number: int) -> bool:
    return ("networkpolicies", "serviceaccounts", "services/")[number] in seen.path


async def test_a_write_whose_answer_is_lost_is_found_done(stage: RealStage, proxy: SpoilingProxy) -> None:
    """The server did it, and nobody heard: the next try finds the object and does not make another."""
    app = App()
    proxy.spoil(Spoil(lambda seen: seen.is_write and "/deployments/" in seen.path, 1, None, done_first=True))
    await applied(stage, app, app.objects())
    await is_whole(stage, app, app.objects())
    found = await stage.there(f"/apis/apps/v1/namespaces/{app.namespace}/deployments/{app.name}")
    assert found is not None
    assert found["metadata"]["generation"] == 1


async def test_one_watch_a_kind_with_bookmarks(stage: RealStage, proxy: SpoilingProxy) -> None:
    """However many deployments there are: each kind is followed once, for the whole cluster, and asks for bookmarks."""
    app = App()
    await applied(stage, app, app.objects())
    watches = [one for one in proxy.seen if one.is_watch]
    first = watches[: len(WATCHED) - 1]
    assert len({one.path for one in first}) == len(first) == len(WATCHED) - 1
    assert all("allowWatchBookmarks=true" in one.query and "resourceVersion=" in one.query for one in watches)
    assert not [one for one in watches if "/namespaces/" in one.path]


async def test_a_watch_that_is_cut_goes_on_from_where_it_was(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Cut in the middle, each begins again at the last version it saw: nothing is listed, nothing is missed."""
    app = App()
    await applied(stage, app, app.objects())
    await live(stage)
    began = time.monotonic()
    assert await proxy.cut_watches() == len(WATCHED) - 1
    await stage.admin.request("DELETE", f"/api/v1/namespaces/{app.namespace}/services/{app.name}")
    await live(stage)

    async def told() -> bool:
        return app.deployment in stage.woken

    stage.woken.clear()
    await eventually(told, bool, _WITHIN, "what went meanwhile is told")
    lists = [one for one in proxy.since(began) if one.is_list]
    assert lists == []


async def test_a_version_that_is_too_old_lists_that_kind_once(stage: RealStage, proxy: SpoilingProxy) -> None:
    """410 in the stream of every kind: one list of each, no more, and the watches follow again."""
    await live(stage)
    began = time.monotonic()
    await proxy.cut_watches(GONE)
    watching = len(WATCHED) - 1

    async def again() -> int:
        return len({one.path for one in proxy.since(began) if one.is_watch})

    await eventually(again, lambda found: found == watching, _WITHIN, "every kind is followed again")
    lists = [one.path for one in proxy.since(began) if one.is_list]
    assert len(lists) == len({*lists}) == watching


async def test_a_410_in_place_of_a_watch_lists_again(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Refused at once instead of in the stream: the same."""
    app = App()
    await applied(stage, app, app.objects())
    await live(stage)
    path = DEPLOYMENT_KIND.path()
    began = time.monotonic()
    proxy.spoil(Spoil(lambda seen: seen.is_watch and seen.path == path, 1, 410, "Expired"))
    await proxy.cut_watches()

    async def listed() -> list[Seen]:
        return [one for one in proxy.since(began) if one.path == path and one.is_list]

    await eventually(listed, bool, _WITHIN, "the kind is listed")
    await live(stage)
    assert stage.kubernetes.watches.of(DEPLOYMENT_KIND).get(app.namespace, app.name) is not None


async def test_watches_that_are_refused_wait_longer_each_time(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Two seconds of 503 for all that follow: a few tries a kind, spread, and then all follow again."""
    await live(stage)
    until = time.monotonic() + 2.0
    began = time.monotonic()
    proxy.spoil(Spoil(lambda _seen: time.monotonic() < until, 10_000, 503))
    await proxy.cut_watches()
    await live(stage)
    proxy.settle()
    tries = [one for one in proxy.since(began) if one.at < until]
    assert len(tries) <= 8 * len(WATCHED)


async def test_a_slow_server_is_only_slow(stage: RealStage, proxy: SpoilingProxy) -> None:
    """Every answer 0.2 s late: all is applied, at the first try."""
    app = App()
    await live(stage)
    proxy.delay = 0.2
    try:
        assert await applied(stage, app, app.objects()) == 1
    finally:
        proxy.delay = 0.0
    await is_whole(stage, app, app.objects())

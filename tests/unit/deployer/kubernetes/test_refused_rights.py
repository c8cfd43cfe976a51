"""A missing right stands in the way for as long as it is missing, and no longer; what is not asked is not needed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.cache import KindCache
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND
from services.deployer.adapters.kubernetes.reach import Reach
from services.deployer.adapters.kubernetes.rehearsing import absent_namespaces
from services.deployer.adapters.kubernetes.watch import KindWatch
from services.deployer.adapters.kubernetes.watches import Watches


class _Ended:
    """A watch that ends at once."""

    async def readline(self) -> bytes:
        return b""


class _RefusesOnce:
    """A server that may be watched from the second try on; nothing else is refused."""

    def __init__(self) -> None:
        self.watched = 0

    async def request(self, *_arguments: Any, **_named: Any) -> Any:
        return {"items": [], "metadata": {"resourceVersion": "5"}}

    @asynccontextmanager
    async def stream(self, *_arguments: Any) -> AsyncIterator[_Ended]:
        self.watched += 1
        if self.watched == 1:
            raise ApiRefused(403, "Forbidden", "may not watch")
        yield _Ended()


async def test_a_watch_that_was_refused_once_is_not_refused_when_it_runs_again() -> None:
    """A role that is applied again is away for a moment: what follows is watched as before, without a list."""
    watch = KindWatch(
        cast("Connection", _RefusesOnce()), DEPLOYMENT_KIND, KindCache(dict, dict, lambda _name, _seen: None)
    )
    refused = []
    for _ in range(3):
        await watch.go_on()
        refused.append(watch.refused)
    assert refused[-1] == ""
    assert "may not watch" in refused


async def test_no_namespace_is_looked_for_where_each_is_given() -> None:
    """With roles in single namespaces nobody may read a Namespace, and a plan needs none."""
    watches = Watches(cast("Connection", _RefusesOnce()), lambda _name: None, Reach(("team-a-test",), "c"))
    assert await absent_namespaces(watches, [{"metadata": {"name": "web", "namespace": "team-a-test"}}]) == frozenset()

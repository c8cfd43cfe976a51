"""Live through chaos and count: `make test-chaos`; `SEED=7` replays a story, `FULL=1` is the long one.

Twelve blows on 40 deployments (FULL: 50 on 200): parts killed with -9 or stopped for a while, connections cut and
delayed, and all the while a second relay repeats what was published. Then the checker, a rebuild of the read models,
and a restart of the whole stack. Exit code 1 when anything is not as it must be.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts import topics
from infra.local.ports import Ports, free_base
from infra.local.stack import Stack, start
from tests.chaos.checker import (
    how_they_ended,
    what_is_left_over,
    what_is_wrong_with_effects,
    what_is_wrong_with_requests,
    what_is_wrong_with_the_cluster,
    what_is_wrong_with_the_log,
)
from tests.chaos.load import ask_for_everything, ended, hash_of
from tests.chaos.plan import FULL, SHORT, Blow, Kind, Plan, plan_of
from tests.chaos.proxy import Proxy
from tests.chaos.second_relay import repeat_forever
from tests.e2e.app_folder import write_app
from tests.e2e.at_rest import counts_at_rest
from tests.e2e.bare_kafka import read_all
from tests.e2e.command import APPSTORE, run
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.own_cluster import write_cluster
from tests.e2e.person import Person, signed_in

REPLICAS = {"compliance": 2, "deployer": 2}
"""Two services run twice, so that leases and partitions move too."""
Digests = dict[str, tuple[int, str]]
"""Read model → how many documents, and their digest."""
PROXIES = {"broker": 0, "database": 1}
READY_WITHIN = 90.0
SETTLED_WITHIN = 120.0


@dataclass(slots=True)
class Chaos:
    """A stack behind proxies, and what befalls it."""

    plan: Plan
    stack: Stack
    proxies: dict[str, Proxy]
    began: float
    struck: list[asyncio.Task[None]] = field(default_factory=list)
    _left: list[Blow] = field(default_factory=list)

    def accepted(self, count: int) -> None:
        """So many requests were accepted: whatever is due falls now."""
        while self._left and self._left[0].after <= count:
            self._strike(self._left.pop(0))

    async def over(self) -> None:
        """Whatever is left falls, one after another; then the stack is whole again."""
        while self._left:
            self._strike(self._left.pop(0))
            await asyncio.gather(*self.struck)
        await asyncio.gather(*self.struck)
        await self.stack.ready(READY_WITHIN)

    def _strike(self, blow: Blow) -> None:
        say(f"{time.monotonic() - self.began:6.1f} s  {blow}")
        before = list(self.struck)
        self.struck.append(asyncio.create_task(self._fall(blow, before)))

    async def _fall(self, blow: Blow, before: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*before)
        match blow.kind:
            case Kind.KILL:
                await self.stack.kill(blow.victim)
                await self.stack.ready(READY_WITHIN)
            case Kind.STOP:
                self.stack.pause(blow.victim)
                await asyncio.sleep(blow.seconds)
                self.stack.resume(blow.victim)
            case Kind.CUT:
                self.proxies[blow.victim].cut()
            case Kind.DELAY:
                await self.proxies[blow.victim].delay(0.05, blow.seconds)


def main() -> int:
    """Read the command line and live through it."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the second relay's broker dies on purpose
    arguments = argparse.ArgumentParser(prog="make test-chaos", description=__doc__)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--full", action="store_true")
    given = arguments.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    say(f"seed {seed}; again: make test-chaos SEED={seed}{' FULL=1' if given.full else ''}")
    wrong = asyncio.run(live(seed, FULL if given.full else SHORT))
    for sentence in wrong[:50]:
        say(f"  WRONG: {sentence}")
    say(f"seed {seed}: {'nothing was lost or doubled' if not wrong else f'{len(wrong)} things are wrong'}")
    return 1 if wrong else 0


async def live(seed: int, size: tuple[int, int]) -> list[str]:
    """One story from its seed; what is wrong after it."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        async with _behind_proxies(Path(folder), seed, size) as chaos:
            stack, ledgers = chaos.stack, Ledgers(chaos.stack.mongo)
            try:
                return await _story(chaos, stack, ledgers)
            except (TimeoutError, RuntimeError, AssertionError) as error:
                return [f"{type(error).__name__}: {error}"]
            finally:
                ledgers.close()


async def _story(chaos: Chaos, stack: Stack, ledgers: Ledgers) -> list[str]:
    async with signed_in(stack, "demi") as demi, signed_in(stack, "wout") as wout:
        people = [demi, wout]
        await _apps_are_scored(demi)
        chance = random.Random(chaos.plan.seed + 1)  # noqa: S311 - a story, not a secret
        repeating = asyncio.create_task(repeat_forever(stack.kafka, stack.mongo, chance))
        asked = await ask_for_everything(people, chaos.plan.deployments, chance, chaos.accepted)
        await chaos.over()
        say(f"{time.monotonic() - chaos.began:6.1f} s  {asked.accepted} requests accepted; waiting for their ends")
        await _all_ended(people, asked.operations)
        repeating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await repeating
    await counts_at_rest(stack, ledgers)
    say(f"{time.monotonic() - chaos.began:6.1f} s  at rest; counting")
    say("  " + ", ".join(f"{count} {how}" for how, count in sorted(how_they_ended(ledgers).items())))
    messages = await read_all(stack.kafka, [topic.name for topic in topics.ALL])
    wrong = [
        *what_is_wrong_with_requests(asked, ledgers),
        *what_is_wrong_with_the_log(messages, ledgers),
        *what_is_wrong_with_effects(ledgers),
        *what_is_left_over(ledgers),
        *what_is_wrong_with_the_cluster(asked, ledgers),
    ]
    for command in (("ledger", "verify", "--all"), ("audit", "verify")):
        wrong += await _says(stack, *command)
    before = await _digest(stack)
    await _operator(stack, "readmodels", "rebuild", "--all", "-o", "json")
    wrong += _other(before, await _digest(stack), "a rebuild")
    await stack.stop()
    await stack.begin()
    await stack.ready(READY_WITHIN)
    await counts_at_rest(stack, ledgers)
    wrong += _other(before, await _digest(stack), "a restart")
    say(f"{time.monotonic() - chaos.began:6.1f} s  rebuilt and restarted")
    return wrong


@asynccontextmanager
async def _behind_proxies(folder: Path, seed: int, size: tuple[int, int]) -> AsyncIterator[Chaos]:
    ports = Ports(free_base(REPLICAS), REPLICAS)
    between = {name: Ports(free_base()).base + offset for name, offset in PROXIES.items()}
    chance = random.Random(seed + 2)  # noqa: S311 - a story, not a secret
    environment = {
        "APPSTORE_CLUSTER_FILE": str(write_cluster(folder, times=size[0] // SHORT[0])),
        "APPSTORE_STACK_KAFKA": f"127.0.0.1:{between['broker']}",
        "APPSTORE_STACK_MONGO": f"mongodb://127.0.0.1:{between['database']}/?directConnection=true",
    }
    async with AsyncExitStack() as stack:
        proxies = {
            "broker": await stack.enter_async_context(Proxy(between["broker"], ports.broker, chance)),
            "database": await stack.enter_async_context(Proxy(between["database"], ports.database, chance)),
        }
        running = await stack.enter_async_context(
            start(ports.base, home=folder / "home", replicas=REPLICAS, environment=environment, within=READY_WITHIN)
        )
        for name in ("steady", "brisk"):
            write_app(running.home.apps, name)
        plan = plan_of(seed, [*running.ports.services, "broker", "database"], size)
        yield Chaos(plan, running, proxies, time.monotonic(), _left=list(plan.blows))


async def _apps_are_scored(person: Person) -> None:
    await eventually(
        person.store.apps.list_all,
        lambda cards: {card.name for card in cards if card.score} >= {"qdrant", "ollama", "steady", "brisk"},
        within=60,
        what="every app has a score",
    )


async def _all_ended(people: list[Person], operations: dict[str, list[str]]) -> None:
    for name, found in operations.items():
        for operation in found:
            await ended(people[hash_of(name) % len(people)], operation, SETTLED_WITHIN)


async def _digest(stack: Stack) -> Digests:
    found = (await _operator(stack, "readmodels", "digest", "-o", "json"))["models"]
    return {model["name"]: (model["documents"], model["digest"]) for model in found}


def _other(before: Digests, after: Digests, what: str) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [
        f"{name} is not the same after {what}: {before.get(name)}, then {after.get(name)}"
        for name in names
        if before.get(name) != after.get(name)
    ]


async def _says(stack: Stack, *command: str) -> list[str]:
    """What an operator's command finds wrong."""
    done = await run(str(APPSTORE), *command, environment=_operators(stack), within=SETTLED_WITHIN)
    return [] if done.code == 0 else [f"appstore {' '.join(command)}: {done.said}"]


def _operators(stack: Stack) -> dict[str, str]:
    return {"APPSTORE_MONGO": stack.mongo, "APPSTORE_KAFKA": stack.kafka, "APPSTORE_LANG": "en"}


async def _operator(stack: Stack, *arguments: str) -> Any:
    done = await run(str(APPSTORE), *arguments, environment=_operators(stack), within=SETTLED_WITHIN)
    if done.code != 0:
        message = f"appstore {' '.join(arguments)}: {done.said}"
        raise RuntimeError(message)
    return done.json


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

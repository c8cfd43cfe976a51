"""The deployer as a process of its own on an embedded broker and database, fed with what others would have written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import topics
from contracts.deployments.events import DeploymentFailed, DeploymentRolledBack, DeploymentSucceeded
from infra.local.stack import Stack, start
from tests.fakes.chassis_messages import Sent

QUICK_MS, FRUGAL_MS = 20, 200
"""How long the broker may hold a fetch; the embedded one sleeps half of it. Quick hears at once and costs more."""
_FAILED = {DeploymentFailed.type_name(), DeploymentRolledBack.type_name()}


class Running:
    """A deployer at work."""

    def __init__(self, stack: Stack, producer: AIOKafkaProducer) -> None:
        self.stack = stack
        self._producer = producer

    async def feed(self, messages: Sequence[Sent]) -> None:
        """Put messages on the log, in their order, and wait until all are there."""
        sending = [
            await self._producer.send(one.topic, one.value, one.key, one.partition, headers=list(one.headers))
            for one in messages
        ]
        await asyncio.gather(*sending)

    async def succeeded(self, hold_ms: int) -> AsyncGenerator[str, None]:
        """The id of each deployment that was told to be healthy, from the first on. RuntimeError: one failed."""
        consumer = AIOKafkaConsumer(
            topics.DEPLOYMENTS.name,
            bootstrap_servers=self.stack.kafka,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=hold_ms,
        )
        await consumer.start()
        try:
            async for message in consumer:
                told = dict(message.headers).get("ce_type", b"").decode()
                if told in _FAILED:
                    error = f"a deployment failed: {message.value.decode()}"
                    raise RuntimeError(error)
                if told == DeploymentSucceeded.type_name():
                    yield message.key.decode()
        finally:
            await consumer.stop()

    async def all_succeeded(self, deployments: Sequence[str]) -> None:
        """Wait until each of these was told to be healthy."""
        left = set(deployments)
        async with aclosing(self.succeeded(FRUGAL_MS)) as told:
            async for one in told:
                left.discard(one)
                if not left:
                    return

    def process(self, part: str = "deployer") -> psutil.Process:
        """The process of a part as it is now."""
        return psutil.Process(self.stack.pids[part])

    def cpu(self, part: str = "deployer") -> float:
        """Seconds of processor time that a part has used."""
        used = self.process(part).cpu_times()
        return float(used.user + used.system)

    @property
    def mebibytes(self) -> float:
        """What the deployer has resident."""
        return float(self.process().memory_info().rss) / 1024 / 1024


@asynccontextmanager
async def deployer(home: Path, kubeconfig: Path) -> AsyncIterator[Running]:
    """One on new and empty parts, until the block ends."""
    async with _running(home, kubeconfig, only=("database", "broker", "topics", "deployer")) as running:
        yield running


@asynccontextmanager
async def whole(home: Path, kubeconfig: Path) -> AsyncIterator[Running]:
    """The same with every other service beside it."""
    async with _running(home, kubeconfig, only=()) as running:
        yield running


@asynccontextmanager
async def _running(home: Path, kubeconfig: Path, only: Sequence[str]) -> AsyncIterator[Running]:
    environment = {"APPSTORE_KUBECONFIG": str(kubeconfig)}
    async with start(home=home, only=only, environment=environment, within=120) as stack:
        producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", max_batch_size=262_144)
        await producer.start()
        try:
            yield Running(stack, producer)
        finally:
            await producer.stop()

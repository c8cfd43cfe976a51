"""Live a story on this release and keep what it stored: `python -m tests.releases.write`, once, when it is released.

The folder is named after the version in pyproject.toml and never written again: `tests/e2e/test_earlier_releases.py`
starts the stack of today on each of them.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path

from contracts import topics
from infra.local.home import CHECKOUT
from infra.local.stack import Stack, start
from tests.e2e.bare_kafka import send
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import signed_in
from tests.fakes.database_copy import copy_out

RELEASES = Path(__file__).parent
KEPT_FILES = ("platform.key", "installation-id")
"""Without the platform's key nothing personal can be read. It belongs to a stack that is gone."""
STORY = "story.json"
"""What was told while the release ran: what later ones must still show."""


async def write(folder: Path) -> None:
    """Run a stack, let things happen on it, stop it, and copy what it keeps."""
    with tempfile.TemporaryDirectory() as home:
        async with start(home=Path(home)) as stack:
            story = await _live(stack)
            await stack.kill("broker")  # everything is marked and refilled once
            await stack.ready()
            copy_out(stack.mongo, [f"appstore_{service}" for service in topics.SERVICES], folder)
            for name in KEPT_FILES:
                shutil.copy(stack.home.data / name, folder / name)
    (folder / STORY).write_text(json.dumps(story, indent=2) + "\n", encoding="utf-8")


async def _live(stack: Stack) -> dict[str, str]:
    async with signed_in(stack, "demi") as demi, signed_in(stack, "cato") as cato:
        await eventually(
            demi.store.apps.list_all, lambda cards: len([card for card in cards if card.score]) >= 5, 20, "scores"
        )
        ran = await demi.store.deployments.request("qdrant", environment="production", name="stays", wait=60)
        gone = await demi.store.deployments.request("ollama", environment="test", name="goes", wait=60)
        removed = await demi.ended(await demi.store.deployments.remove(gone.subject.deployment or ""), 30)
        rejected = await demi.store.deployments.request("open-webui", environment="production", name="not-yet", wait=60)
        fact = {"value": True, "source": {"uri": "https://git.example.org/app", "seen": "2026-11-24"}}
        evidence = await cato.store.apps.add_evidence("qdrant", "1.18.3", kind="aiDisclosure", fact=fact)
        await cato.ended(evidence)
        review = await demi.ended(await demi.store.apps.review("qdrant", rating=4, text="It works as it says."))
        await send(stack.kafka, topics.EVIDENCE_REQUESTS.name, b'{"broken', key=b"nobody")
        ledgers = Ledgers(stack.mongo)
        try:
            await eventually(_holding(ledgers), lambda count: count == 1, 10, "a message is held")
        finally:
            ledgers.close()
        return {
            "ran": ran.id,
            "removed": removed.id,
            "rejected": rejected.id,
            "evidence": evidence.id,
            "review": review.id,
            "deployment": ran.subject.deployment or "",
        }


def _holding(ledgers: Ledgers) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return len(ledgers.held("compliance"))

    return count


def main() -> None:
    """Write the folder of this version; never over an earlier one."""
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder = RELEASES / version
    if folder.exists():
        sys.exit(f"{folder.name} was written before; what a release stored is never changed")
    asyncio.run(write(folder))
    sys.stdout.write(f"wrote {folder.name}\n")


if __name__ == "__main__":
    main()

"""Somebody reads or follows what a deployment's containers write. Nothing of it is kept, recorded or logged.

Asked by the gateway (`contracts.deployments.logs`); answered on the replica that leads, for as long as somebody listens
(the question's deadline). Before a line leaves here the values of the deployment's secrets are hidden.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial

from contracts.deployments.logs import LONGEST_LINE, DeploymentLogAsked, LogLines
from contracts.envelope import Event
from services.deployer.domain.hidden import hidden
from services.deployer.domain.log import LogWish
from services.deployer.reconciler.turn import Take, Turn

LOOK_AGAIN_SECONDS = 1.0
"""How often a log that is followed is read."""


async def answer_log(question: Event[DeploymentLogAsked], take_turn: Take) -> AsyncGenerator[LogLines, None]:
    """The newest lines, and while it is followed those that come. Raises NotNow while the cluster does not answer."""
    asked = question.data
    wish = LogWish(asked.container, asked.tail, asked.previous)
    first = True
    while True:
        read, read_at = await take_turn(partial(_read, asked.deployment, wish))
        if first or read.lines:
            yield read
        if not asked.follow:
            return
        first, wish = False, wish.later(read, read_at)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _read(deployment: str, wish: LogWish, turn: Turn) -> tuple[LogLines, datetime]:
    """The lines without secrets, and when they were asked for."""
    read_at = turn.clock.now()
    secrets = await turn.in_motion(lambda world: world.secrets.all_of(deployment))
    read = await turn.cluster.logs(deployment, wish)
    values = [part for value in secrets for part in (value, *value.splitlines()) if part]
    lines = tuple(line.model_copy(update={"text": hidden(line.text, values)[:LONGEST_LINE]}) for line in read.lines)
    return read.model_copy(update={"lines": lines}), read_at

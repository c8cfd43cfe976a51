"""A step of the demo ends at its deadline, by its name."""

import asyncio

import pytest
from appstore_client.problem import Unreachable

from infra.local.demo.step import StepFailedError, Steps


async def test_a_step_that_takes_too_long_is_named() -> None:
    """At its deadline a step fails, naming itself and how long it had."""
    with pytest.raises(StepFailedError, match=r"Wait: it was not done within 0\.01 s"):
        async with Steps().step("Wait", within=0.01):
            await asyncio.Event().wait()


async def test_a_problem_ends_the_step() -> None:
    """What the API refuses ends the step with the problem's words."""
    with pytest.raises(StepFailedError, match=r"127\.0\.0\.1:9"):
        async with Steps().step("Ask", within=5):
            raise Unreachable("http://127.0.0.1:9", "refused")

"""What each step of a deployment's whole life does, and how it checks that it happened."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from appstore_client.models import Operation
from appstore_client.problem import NOT_FOUND, Problem

from infra.local.demo import own_app
from infra.local.demo.acts import ENVIRONMENT
from infra.local.demo.pause import paused
from infra.local.demo.people import SignedInPerson
from infra.local.demo.stack import PAUSED
from infra.local.demo.step import UnexpectedError, say
from infra.local.demo.wait import follow, succeed, until
from infra.local.home import Home

SETTINGS = {"log-level": "info", "workers": "2"}
DECIDE_WITHIN = 5
"""Seconds; the shortest that the API takes."""


@dataclass(frozen=True)
class Living:
    """The demo's own deployment."""

    person: SignedInPerson
    id: str

    async def becomes(self, asked: Awaitable[Operation], version: str, replicas: int, **settings: str) -> None:
        """Follow what was asked until it succeeded, and see that this runs now."""
        await succeed(self.person, await asked)
        await self.must_run(version, replicas, **settings)

    async def must_run(self, version: str, replicas: int, **settings: str) -> None:
        """See that this version runs with these settings and so many pods."""
        runs = (await self.person.store.deployments.get(self.id)).running
        wanted = (version, SETTINGS | {name.replace("_", "-"): value for name, value in settings.items()}, replicas)
        found = (runs.version, dict(runs.parameters), runs.replicas) if runs else None
        if runs is None or found != wanted:
            message = f"{found} runs, and not {wanted}"
            raise UnexpectedError(message)
        set_to = ", ".join(f"{name}={value}" for name, value in sorted(runs.parameters.items()))
        say(f"   revision {runs.revision} runs: version {runs.version}, {runs.replicas} pods, {set_to}")


async def wait_for_own_app(person: SignedInPerson) -> None:
    """Wait until every version of the demo's app has a score."""

    async def scored() -> list[str]:
        try:
            app = await person.store.apps.get(own_app.NAME)
        except Problem as problem:
            if problem.status != NOT_FOUND:
                raise
            return []
        there = [] if app.withdrawn else app.versions
        return sorted(one.version for one in there if one.score is not None and not one.withdrawn)

    versions = await until(scored, lambda found: len(found) == len(own_app.IMAGES))
    say(f"   {own_app.NAME}: versions {', '.join(versions)}")


async def deploy(person: SignedInPerson) -> Living:
    """Deploy the first version with settings."""
    asked = await person.store.deployments.request(
        own_app.NAME, environment=ENVIRONMENT, version=own_app.FIRST, team=person.team, parameters=SETTINGS
    )
    if asked.subject.deployment is None:
        message = "the operation does not say which deployment it is about"
        raise UnexpectedError(message)
    living = Living(person, asked.subject.deployment)
    await succeed(person, asked)
    await living.must_run(own_app.FIRST, 1)
    return living


async def pause_and_resume(living: Living, version: str, replicas: int, **settings: str) -> None:
    """Let it stand still without any decision, see that nothing runs, and let it run again as it was."""
    deployments = living.person.store.deployments
    await succeed(living.person, await deployments.pause(living.id))
    found = await deployments.get(living.id)
    if not found.paused or found.running is None or found.running.replicas:
        message = "it was paused, and still runs"
        raise UnexpectedError(message)
    say(f"   paused as revision {found.running.revision}: no pods; its address stays {found.address}")
    await living.becomes(deployments.resume(living.id), version, replicas, **settings)


async def two_at_once(living: Living) -> None:
    """Ask for more pods and for more workers at the same moment: the newer request takes over, with both wishes."""
    change = living.person.store.deployments.change
    asked = await asyncio.gather(change(living.id, replicas=4), change(living.id, parameters={"workers": "3"}))
    # Which of the two was stored first is the platform's to say: ids made in the same moment do not.
    ended = [await follow(living.person, one) for one in asked]
    overtaken = [one for one in ended if one.status == "cancelled" and one.problem is not None]
    if len(overtaken) != 1 or {one.status for one in ended} != {"cancelled", "succeeded"}:
        message = f"they ended {' and '.join(one.status for one in ended)}, and not one overtaken and one succeeded"
        raise UnexpectedError(message)
    why = overtaken[0].problem
    say(f"   the older request ended {overtaken[0].status}: {why.title if why else ''}")


async def upgrade_that_fails(living: Living) -> None:
    """Upgrade to a version whose image is nowhere, and see that what ran before runs again, and why."""
    operation = await follow(
        living.person, await living.person.store.deployments.change(living.id, version=own_app.BROKEN)
    )
    problem = operation.problem
    if operation.status != "rolled-back" or problem is None or problem.restored is None:
        message = f"the upgrade ended {operation.status}, and not rolled back"
        raise UnexpectedError(message)
    say(f"   why: {problem.title} {problem.detail or ''} (whose turn: {problem.fault})")
    say(f"   revision {problem.restored.revision} runs again, with version {problem.restored.version}")


async def upgrade_taken_back(living: Living) -> None:
    """Ask for an upgrade and take it back while it is rolled out; both operations end."""
    deployments = living.person.store.deployments
    before = (await deployments.get(living.id)).revision
    upgrade = await deployments.change(living.id, version=own_app.BROKEN)
    await until(lambda: deployments.get(living.id), lambda now: now.revision != before)
    await succeed(living.person, await deployments.cancel(living.id))
    ended = await until(lambda: living.person.store.operations.get(upgrade.id), lambda now: now.ended)
    if ended.status != "cancelled":
        message = f"the upgrade ended {ended.status}, and not cancelled"
        raise UnexpectedError(message)
    say(f"   the upgrade ended {ended.status}: {ended.problem.title if ended.problem else ''}")


async def nobody_decides(living: Living, home: Home) -> Operation:
    """Ask for more pods while the service that decides is stopped, and see the request closed, and why."""
    with paused(PAUSED, home):
        say(f"   {PAUSED} is stopped for a while, and there are {DECIDE_WITHIN} seconds to decide")
        say("   (a decision made in time may still be on its way, so the deployer gives it some seconds more)")
        asked = await living.person.store.deployments.change(living.id, replicas=5, decide_within=DECIDE_WITHIN)
        ended = await follow(living.person, asked)
    if ended.status != "failed" or ended.problem is None or ended.problem.code != "undecided":
        message = f"the request ended {ended.status}, and not undecided"
        raise UnexpectedError(message)
    say(f"   it ended {ended.status} ({ended.problem.code}): {ended.problem.title}. {ended.problem.detail or ''}")
    say(f"   {PAUSED} goes on")
    return ended


async def still_undecided(living: Living, undecided: Operation) -> None:
    """See that it stands as it ended, now that a later request of the same deployment was decided: order is kept."""
    now = await living.person.store.operations.get(undecided.id)
    if (now.status, now.problem) != (undecided.status, undecided.problem):
        message = f"the request that nobody decided is {now.status} now"
        raise UnexpectedError(message)
    say(f"   {PAUSED} has read the first request too, too late: that one is {now.status}, and stays so")


async def show_revisions(living: Living) -> None:
    """Show what it has been."""
    for one in (await living.person.store.deployments.revisions(living.id)).items:
        now = "runs" if one.runs else one.outcome
        pods = "the version's" if one.replicas is None else one.replicas
        say(f"   {one.revision:>3}  {one.intent:<10} {one.version:<7} pods: {pods!s:<14} {now}")


async def clean_up_own(person: SignedInPerson) -> None:
    """Remove what an earlier run left of the demo's own app."""
    for one in await person.store.deployments.list(team=person.team):
        never_ran = one.revision is None and one.status in {"rejected", "failed", "cancelled"}
        if one.app.name == own_app.NAME and not one.removed and not never_ran:
            say(f"   {one.name} ({one.status})")
            await succeed(person, await person.store.deployments.remove(one.id))

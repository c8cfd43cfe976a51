"""The steps of the demo in their order, each a thing a person wants; `acts.py` has what each does."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from infra.local.demo.acts import (
    add_final_dpia,
    clean_up,
    deploy_rejected,
    deploy_to_healthy,
    find,
    leave_as_found,
    remove,
    reopen_dpia,
    review_with_proof,
    show_timeline,
    show_trust,
)
from infra.local.demo.choose_app import choose_among_scored
from infra.local.demo.cluster import show_cluster
from infra.local.demo.people import choose_logins, sign_in
from infra.local.demo.stack import Place, find_or_start_stack
from infra.local.demo.step import Steps, say
from infra.local.demo.whole_life import live


async def tell(find_stack: Callable[[], Awaitable[Place]] = find_or_start_stack) -> None:
    """Show every step; raises `StepFailedError` at the first that is not done in time or not as it says."""
    steps = Steps()
    async with AsyncExitStack() as stack:
        async with steps.step("A stack that is ready", within=120):
            place = await find_stack()
        async with steps.step("Sign in: a developer and a compliance officer of the same team", within=15):
            developer_login, officer_login, team = choose_logins()
            developer = await sign_in(place.address, developer_login, team, stack)
            officer = await sign_in(place.address, officer_login, team, stack)
            say(f"   {developer.me.name} and {officer.me.name}, team {team}")
            await show_cluster(developer)
        async with steps.step("Remove what an earlier run left", within=60):
            await clean_up(developer)
        async with steps.step("Choose an app that only its DPIA gate blocks", within=60):
            choice = await choose_among_scored(developer.store)
            say(f"   {choice.app.name} {choice.version}")
        if choice.reopened:
            async with steps.step("Bring the DPIA that opened its gate back to concept", within=30):
                await reopen_dpia(officer, choice)
        async with steps.step("Find it by its own words", within=10):
            await find(developer, choice)
        async with steps.step("See why to trust it, and what is missing", within=10):
            await show_trust(developer, choice)
        async with steps.step("Deploy it: rejected, with reasons", within=30):
            await deploy_rejected(developer, choice)
        async with steps.step("Add the evidence: a final DPIA, by the compliance officer", within=30):
            await add_final_dpia(officer, choice)
        async with steps.step("Deploy it again, the same way, and follow it to healthy", within=120):
            deployment = await deploy_to_healthy(developer, choice)
        async with steps.step("Review it, with proof of use", within=30):
            await review_with_proof(developer, choice)
        async with steps.step("See every event, from request to healthy", within=10):
            await show_timeline(developer, deployment)
        async with steps.step("Remove it", within=60):
            await remove(developer, deployment)
        async with steps.step("Leave the DPIA as the next person needs it", within=30):
            await leave_as_found(officer, choice)
        if place.home is not None:
            await live(steps, developer, place.home)
        else:
            say("\nThe whole life of a deployment needs an app of the demo's own, in a folder of the stack: left out.")
    total = sum(seconds for _, seconds in steps.taken)
    say(f"\nAll {len(steps.taken)} steps are done, in {total:.1f} s.")

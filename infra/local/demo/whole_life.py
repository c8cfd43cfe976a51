"""The whole life of one deployment, step by step, with an app of the demo's own; `life.py` has what each does.

The app is a folder on this machine, and a service is stopped for a while, so this part is told where the stack runs.
"""

from infra.local.demo import own_app
from infra.local.demo.life import (
    clean_up_own,
    deploy,
    nobody_decides,
    pause_and_resume,
    show_revisions,
    still_undecided,
    two_at_once,
    upgrade_taken_back,
    upgrade_that_fails,
    wait_for_own_app,
)
from infra.local.demo.people import SignedInPerson
from infra.local.demo.step import Steps
from infra.local.home import Home

WITHIN = 30.0
"""Seconds for each change."""


async def live(steps: Steps, person: SignedInPerson, home: Home) -> None:
    """Deploy, change, fail, go back, take back and remove; raises `StepFailedError`."""
    first, second, apps = own_app.FIRST, own_app.SECOND, home.apps
    async with steps.step("Bring an app of our own, in three versions; nobody has the image of the last", WITHIN):
        await clean_up_own(person)
        own_app.bring(apps)
        await wait_for_own_app(person)
    try:
        async with steps.step(f"Deploy version {first} with settings of our own", WITHIN):
            living = await deploy(person)
        ask = person.store.deployments
        async with steps.step(f"Upgrade it to {second}; the settings stay", WITHIN):
            await living.becomes(ask.change(living.id, version=second), second, 1)
        async with steps.step("Configure it: log everything; what is not named stays", WITHIN):
            await living.becomes(ask.change(living.id, parameters={"log-level": "debug"}), second, 1, log_level="debug")
        async with steps.step("Scale it to 3 pods", WITHIN):
            await living.becomes(ask.change(living.id, replicas=3), second, 3, log_level="debug")
        async with steps.step("Restart it: every pod is replaced", WITHIN):
            await living.becomes(ask.restart(living.id), second, 3, log_level="debug")
        async with steps.step("Pause it: nothing runs, all else stays; then let it run again as it was", WITHIN):
            await pause_and_resume(living, second, 3, log_level="debug")
        async with steps.step("Ask for two things at once: the newer request takes over, and no wish is lost", WITHIN):
            await two_at_once(living)
            await living.must_run(second, 4, log_level="debug", workers="3")
        async with steps.step(f"Upgrade it to {own_app.BROKEN}, which can't start: it goes back by itself", WITHIN):
            await upgrade_that_fails(living)
            await living.must_run(second, 4, log_level="debug", workers="3")
        async with steps.step("Ask for that upgrade again, and take it back", WITHIN):
            await upgrade_taken_back(living)
            await living.must_run(second, 4, log_level="debug", workers="3")
        async with steps.step("Scale it while nobody decides: closed at its deadline; a late word changes nothing", 60):
            undecided = await nobody_decides(living, home)
            await living.must_run(second, 4, log_level="debug", workers="3")
            await living.becomes(ask.change(living.id, replicas=5), second, 5, log_level="debug", workers="3")
            await still_undecided(living, undecided)
        async with steps.step("Roll it back to revision 1", WITHIN):
            await living.becomes(ask.roll_back(living.id, 1), first, 1)
        async with steps.step("See what it has been", WITHIN):
            await show_revisions(living)
        async with steps.step("Remove it, and the app", WITHIN):
            await clean_up_own(person)
    finally:
        own_app.take_away(apps)

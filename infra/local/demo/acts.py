"""What each step of the demo does, and how it checks that it happened."""

from appstore_client.models import Operation, Result, Review, Scorecard

from infra.local.demo.choose_app import Choice, blocked_by_dpia_alone, dpia
from infra.local.demo.people import SignedInPerson
from infra.local.demo.step import UnexpectedError, say
from infra.local.demo.wait import follow, succeed, until

ENVIRONMENT = "test"
PREFIX, LONGEST_NAME = "demo-", 40
SERVICES = {"gateway", "compliance", "deployer"}


async def clean_up(person: SignedInPerson) -> None:
    """Remove the deployments that bear the demo's name and run something."""
    mine = [
        one
        for one in await person.store.deployments.list(team=person.team)
        if one.name == name_for(one.app.name) and not one.removed and (one.status != "rejected" or one.revision)
    ]
    for one in mine:
        say(f"   {one.name} ({one.status})")
        await succeed(person, await person.store.deployments.remove(one.id))
    if not mine:
        say("   nothing")


async def reopen_dpia(officer: SignedInPerson, choice: Choice) -> None:
    """Bring the DPIA that opened the gate back to concept, so that there is something to reject."""
    if choice.ends_final:
        say("   No app is blocked by its DPIA gate alone. Here somebody brought a final DPIA, and nothing else blocks.")
        say("   The demo's own DPIA takes its place: a concept now, final again at the end.")
    else:
        say("   An earlier run of this demo brought a final DPIA, and it still counts: nothing would be rejected.")
    say("   So the officer brings it as a concept now, as somebody does who opens a DPIA again.")
    await _bring_concept(officer, choice)


async def leave_as_found(officer: SignedInPerson, choice: Choice) -> None:
    """Let the next person meet the rejection, unless a person's final DPIA stood when the demo began."""
    if choice.ends_final:
        say("   A final DPIA of somebody else's stood when the demo began, so it ends final.")
        say(f"   What counts now is the demo's own; add yours again with: appstore evidence add {choice.app.name}")
        return
    say("   The officer brings the DPIA back to concept, so that the next person meets the rejection.")
    await _bring_concept(officer, choice)


async def find(person: SignedInPerson, choice: Choice) -> None:
    """Search with the title and see the app among what is found."""
    found = await person.store.apps.list_all(choice.app.title)
    for card in found:
        points = f"{card.score.points:g} points" if card.score else "no score"
        say(f"   {card.name:<24} {points:<12} gates: {card.gates:<8} {card.summary[:60]}")
    if choice.app.name not in {card.name for card in found}:
        message = f'a search for "{choice.app.title}" does not find {choice.app.name}'
        raise UnexpectedError(message)


async def show_trust(person: SignedInPerson, choice: Choice) -> None:
    """Show score, coverage and the verdict of each criterion, with what blocks."""
    card = await _card(person, choice)
    say(f"   {card.score.points:g} points, {card.score.coverage:.0%} of what counts is known")
    for criterion, one in card.criteria.items():
        rests_on = sum(len(result.evidence) for result in one.results)
        say(f"   {criterion:<16} {one.verdict:<8} {len(one.results)} rules, {rests_on} sources")
    _show_blocking(card)


async def deploy_rejected(person: SignedInPerson, choice: Choice) -> None:
    """Deploy, and see the rejection with the rules that decided."""
    operation = await follow(person, await _request(person, choice))
    if operation.status != "rejected" or operation.problem is None or not operation.problem.objections:
        message = f"the deployment ended {operation.status}, without a rule that objected"
        raise UnexpectedError(message)
    for objection in operation.problem.objections:
        law = objection.legal_reference.title if objection.legal_reference else ""
        say(f"   {objection.rule} says {objection.verdict}: {objection.message or objection.title} ({law})")
        say(f"   what would change it: {objection.remedy}")


async def add_final_dpia(officer: SignedInPerson, choice: Choice) -> None:
    """Bring the DPIA, and wait until the scorecard says that the gate is open."""
    await _bring(officer, choice, "definitief")
    card = await until(lambda: _card(officer, choice), lambda now: not now.blocking())
    say(f"   {card.score.points:g} points now; no gate blocks it any more")


async def deploy_to_healthy(person: SignedInPerson, choice: Choice) -> str:
    """Deploy with the same request, follow it to its end and return the deployment's id."""
    operation = await succeed(person, await _request(person, choice))
    if operation.subject.deployment is None:
        message = "the operation does not say which deployment it is about"
        raise UnexpectedError(message)
    deployed = await person.store.deployments.get(operation.subject.deployment)
    say(f"   {deployed.name} {deployed.status} in {deployed.environment.name}: {deployed.address or 'no address'}")
    return deployed.id


async def review_with_proof(person: SignedInPerson, choice: Choice) -> None:
    """Write a review, and wait until it shows what the events prove."""

    async def mine() -> Review | None:
        reviews = await person.store.apps.reviews(choice.app.name)
        return next((review for review in reviews if review.author.id == person.me.person), None)

    if await mine():
        say("   One person has one review of an app, and the one of an earlier run stands.")
    else:
        words = "Written by the demo, after it ran this app."
        await succeed(person, await person.store.apps.review(choice.app.name, rating=4, text=words))
    review = await until(mine, lambda found: found is not None and found.proof is not None)
    if review and review.proof:
        proof = review.proof
        where = ", ".join(proof.environments)
        say(f"   proof: ran {', '.join(proof.versions)} in {where} for {proof.seconds or 0:g} s")


async def show_timeline(person: SignedInPerson, deployment: str) -> None:
    """Show the events with their gaps, and that each service had its part."""
    entries = (await person.store.deployments.timeline(deployment)).items
    for entry in entries:
        gap = "" if entry.gap_seconds is None else f"+{entry.gap_seconds:.3f} s"
        say(f"   {gap:>12}  {entry.service:<11} {entry.event:<28} {entry.sentence}")
    missing = SERVICES - {entry.service for entry in entries}
    if missing:
        message = f"the timeline has no event of: {', '.join(sorted(missing))}"
        raise UnexpectedError(message)


async def remove(person: SignedInPerson, deployment: str) -> None:
    """Remove the deployment and follow it to its end: what it kept of its data goes only when it is named."""
    await succeed(person, await person.store.deployments.remove(deployment))
    found = await person.store.deployments.get(deployment)
    if not found.kept_data:
        say("   it had no data")
        return
    say(f"   its data is kept: {', '.join(found.kept_data)}; now that goes too, because its name is given")
    await succeed(person, await person.store.deployments.remove(deployment, with_data=found.name))
    left = (await person.store.deployments.get(deployment)).kept_data
    if left:
        message = f"{', '.join(left)} is still there"
        raise UnexpectedError(message)


def name_for(app: str) -> str:
    """Return the name of the demo's deployment of an app, as long as a name may be."""
    return f"{PREFIX}{app}"[:LONGEST_NAME].rstrip("-")


async def _request(person: SignedInPerson, choice: Choice) -> Operation:
    return await person.store.deployments.request(
        choice.app.name,
        version=choice.version,
        environment=ENVIRONMENT,
        team=person.team,
        name=name_for(choice.app.name),
    )


async def _bring_concept(officer: SignedInPerson, choice: Choice) -> None:
    await _bring(officer, choice, "concept")
    card = await until(lambda: _card(officer, choice), blocked_by_dpia_alone)
    _show_blocking(card)


async def _bring(officer: SignedInPerson, choice: Choice, status: str) -> None:
    await succeed(
        officer,
        await officer.store.apps.add_evidence(
            choice.app.name,
            choice.version,
            kind="dpia",
            fact=dpia(status, choice.source),
        ),
    )


async def _card(person: SignedInPerson, choice: Choice) -> Scorecard:
    return await person.store.apps.scorecard(choice.app.name, choice.version)


def _show_blocking(card: Scorecard) -> None:
    blocking: tuple[tuple[str, Result], ...] = card.blocking()
    for criterion, result in blocking:
        say(f"   blocks: {criterion}, rule {result.rule} says {result.verdict}: {result.message or result.title}")

"""What the API shows of what was changed by hand: while it lasts, and in the timeline."""

from datetime import UTC, datetime

from contracts.deployments.drift import (
    DriftDetected,
    DriftedField,
    DriftedObject,
    DriftHealed,
    HealedBy,
    Reaction,
)
from contracts.deployments.events import ObjectReference
from tests.fakes.gateway_events import SUBJECT
from tests.fakes.gateway_life import Life

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EDITED = DriftedObject(
    kind="Deployment",
    name="papers",
    fields=(
        DriftedField(path=".spec.replicas", declared="2", found="5"),
        DriftedField(path=".metadata.labels.a", declared="b"),
    ),
    manager="kubectl-edit",
    at=AT,
)
SECRET = DriftedObject(kind="Secret", name="papers-settings", fields=(DriftedField(path=".data.token", hidden=True),))
GONE = DriftedObject(kind="Service", name="papers", deleted=True)


def detected(*drifted: DriftedObject, reaction: Reaction = Reaction.REPORTS, times: int = 1) -> DriftDetected:
    """The deployer found this."""
    return DriftDetected(**SUBJECT, revision=1, drifted=drifted, reaction=reaction, times=times)


async def sentences(life: Life) -> list[str]:
    """The timeline's."""
    return [one["sentence"] for one in (await life.client.get(f"{life.address}/timeline")).json()["items"]]


async def test_drift_is_shown_until_it_is_over(life: Life) -> None:
    """All of it, told at once or bit by bit; gone once all is as declared. The deployment stays as it was otherwise."""
    assert (await life.shown())["drift"] is None
    await life.hear((detected(EDITED, SECRET), 1))
    await life.hear((detected(GONE), 1))
    shown = await life.shown()
    drift = shown["drift"]
    assert (shown["status"], drift["reaction"], [one["kind"] for one in drift["drifted"]]) == (
        "succeeded",
        "reports",
        ["Deployment", "Secret", "Service"],
    )
    first = drift["drifted"][0]
    assert (first["manager"], first["fields"][0]["found"], first["deleted"]) == ("kubectl-edit", "5", False)
    assert drift["drifted"][1]["fields"] == [{"path": ".data.token", "declared": None, "found": None, "hidden": True}]
    objects = (ObjectReference(kind="Deployment", name="papers"),)
    await life.hear((DriftHealed(**SUBJECT, revision=1, healed_by=HealedBy.SOMEBODY_ELSE, objects=objects), 1))
    assert (await life.shown())["drift"] is None


async def test_the_timeline_says_what_changed_and_by_what(life: Life) -> None:
    """In a sentence of its own for what is edited, deleted, and changed again and again."""
    await life.hear(
        (detected(EDITED, GONE, reaction=Reaction.HEALS), 1),
        (detected(GONE, reaction=Reaction.HEALS_LATER, times=4), 1),
        (detected(SECRET), 1),
        (DriftHealed(**SUBJECT, revision=1, healed_by=HealedBy.PLATFORM), 1),
    )
    assert set(await sentences(life)) >= {
        "Changed by hand: Deployment papers .spec.replicas 2 → 5 (+1) (+1), kubectl-edit. The platform puts it back",
        "Somebody keeps deleting this, 4 times in an hour: Service papers. The platform waits before it makes it again",
        "Changed by hand: Secret papers-settings .data.token. It stays like that until somebody puts it back",
        "All is as declared again, the platform put it back",
    }


async def test_a_rollout_that_got_to_its_end_is_as_declared(life: Life) -> None:
    """It has written everything."""
    await life.hear((detected(EDITED), 1))
    await life.change(replicas=3)
    await life.becomes_healthy(2)
    assert (await life.shown())["drift"] is None

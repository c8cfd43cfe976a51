"""The order in which a restore takes up messages and events again."""

from typing import Any

from chassis.entry import ledger_entry
from chassis.ledger import new_id
from chassis.lost_events import LostEvents
from chassis.replay_order import Backlog, Step, steps_of
from contracts import topics
from contracts.envelope import Event, padded
from contracts.held import MessageHeld
from contracts.payload import Payload
from tests.fakes.chassis_messages import app_published, context_of, review_submitted, sent

APP = new_id()


def at(second: int) -> str:
    """A stamp."""
    return f"{second * 1000:013d}.00000"


def message(payload: Payload, second: int, number: int = 1) -> Backlog:
    """A message of the backlog, sent at a second."""
    raw = sent(payload, number, hlc=at(second)).arrived()
    return Backlog(raw, context_of(payload, number, hlc=at(second)))


def effect(payload: Payload, second: int, cause: Backlog | None = None, number: int = 1) -> dict[str, Any]:
    """An event on the log that a message led to, or none did."""
    place = f"{cause.raw.topic}/{cause.context.subject}/{cause.context.sequence}" if cause else None
    context = context_of(payload, number, hlc=at(second), cause=place)
    return ledger_entry(Event(context, payload), payload.topic, context.time)


def lost(*entries: dict[str, Any]) -> LostEvents:
    """What the topics hold and the ledger lacks."""
    events = LostEvents()
    for entry in entries:
        events.add(entry)
    return events


def described(steps: list[Step]) -> list[str]:
    """Each step by its topic and number."""
    return [f"{step.place.split('/')[0]} {step.number}" for step in steps]


def test_a_message_stands_where_its_first_effect_was_recorded() -> None:
    """A message that waited is taken up after what it waited for, though it was sent before."""
    waited, awaited = message(review_submitted(APP), 1), message(app_published(APP), 5)
    steps = steps_of([waited, awaited], lost(effect(app_published(new_id()), 6, waited)))
    assert described(steps) == ["catalog.apps 1", "gateway.review-requests 1"]
    assert steps[1].message is not None
    assert steps[1].message.was_handled


def test_a_redriven_message_stands_where_it_was_redriven() -> None:
    """That it was held is told earlier; what made it pass may have come in between."""
    redriven, between = message(review_submitted(APP), 1), message(app_published(APP), 3)
    told = MessageHeld(
        held=new_id(), service="community", from_topic=redriven.raw.topic, partition=0, offset=0, reason="value-error"
    )
    source = redriven.context.source.replace("appstore-gateway", "appstore-community")
    held = context_of(told, hlc=at(2), causationid=redriven.context.id, source=source)
    entry = ledger_entry(Event(held, told), topics.HELD_MESSAGES["community"], held.time)
    steps = steps_of([redriven, between], lost(entry, effect(app_published(new_id()), 4, redriven)))
    assert [step.message.context.subject for step in steps if step.message is not None] == [
        APP,
        redriven.context.subject,
    ]


def test_messages_of_one_key_never_overtake_each_other() -> None:
    """Whatever the stamps say, a key's messages keep the order of their numbers."""
    review = new_id()
    first, second = (message(review_submitted(APP, review=review), 9 - number, number) for number in (1, 2))
    late, early = effect(app_published(new_id()), 20, first), effect(app_published(new_id()), 10, second)
    steps = steps_of([second, first], lost(late, early))
    assert [step.number for step in steps] == [1, 2]


def test_what_came_before_an_effect_of_its_key_was_handled() -> None:
    """Only a later effect of the same key proves that a message without one was handled."""
    review = new_id()
    one, two, three = (message(review_submitted(APP, review=review), number, number) for number in (1, 2, 3))
    steps = steps_of([one, two, three], lost(effect(app_published(new_id()), 5, two)))
    assert [step.message.was_handled for step in steps if step.message is not None] == [True, True, False]


def test_what_came_after_the_last_known_effect_is_the_services() -> None:
    """A message without an effect that was sent later than every effect is left alone."""
    before, after = message(app_published(APP), 1), message(app_published(new_id()), 9)
    steps = steps_of([before, after], lost(effect(app_published(new_id()), 5)))
    assert [step.message.context.subject for step in steps if step.message is not None] == [APP]


def test_an_event_that_no_message_led_to_stands_where_it_was_recorded() -> None:
    """What HTTP, a timer or a watch set off is folded between the messages of before and after."""
    early, late = message(app_published(APP), 2), message(app_published(new_id()), 8)
    alone = effect(app_published(new_id()), 5)
    steps = steps_of([late, early], lost(alone, effect(app_published(new_id()), 9, late)))
    assert [step.event is not None for step in steps] == [False, True, False]


def test_a_repeat_on_the_topic_is_one_event() -> None:
    """An event that stands twice on its topic is lost once, and found by its key and number."""
    entry = effect(app_published(APP), 1)
    events = lost(entry, entry)
    assert len(events) == 1
    assert events.get((topics.APPS.name, APP), 1) is entry
    assert events.get((topics.APPS.name, APP), 2) is None
    assert padded(1) in entry["_id"]

"""How the client reads the API's answers."""

import pytest
from appstore_client.models import App, Operation, Page, TimelineEntry
from pydantic import ValidationError

from tests.unit.client.samples import APPS, ENTRY, OPERATION


def test_unknown_properties_are_kept_but_not_needed() -> None:
    """A newer platform's property does not disturb reading, and the raw JSON still has it."""
    operation = Operation.read(OPERATION)
    assert operation.subject.app == "open"
    assert operation.raw == OPERATION


def test_an_object_cannot_be_changed() -> None:
    """What was read is frozen."""
    entry = TimelineEntry.read(ENTRY)
    with pytest.raises(ValidationError):
        entry.service = "another"


def test_an_unknown_status_is_text() -> None:
    """A status word this client does not know is read as it is."""
    assert Operation.read(OPERATION | {"status": "quite-new"}).status == "quite-new"


def test_a_missing_property_is_refused() -> None:
    """An answer without what the client needs is an error, not a guess."""
    with pytest.raises(ValidationError):
        Operation.read({"id": "x"})


def test_a_list_is_shown_as_the_api_sends_it() -> None:
    """A page's JSON has items and next."""
    page = Page((Operation.read(OPERATION),), "cursor")
    assert page.raw == {"items": [OPERATION], "next": "cursor"}


def test_the_blocking_gates_are_fail_and_unknown() -> None:
    """A scorecard names the gates that stop a deployment, and no others."""
    cards = {name: App.read(payload).scorecard for name, payload in APPS.items()}
    blocking = {name: [result.rule for _, result in card.blocking()] for name, card in cards.items() if card}
    assert blocking == {"open": [], "undocumented": ["dpia-present"], "broken": [], "slow": []}

"""What `status` prints of a deployment that is not as it should be."""

from typing import Any

import pytest

from tests.integration.client.conftest import Appstore, Served

STARVED: dict[str, Any] = {
    "cause": "out-of-memory",
    "fault": "configuration",
    "title": "It takes more memory than it may",
    "detail": "The limit is 512Mi.",
    "next": ["appstore configure open memory=1Gi"],
}
AGEING = {"cause": "api-deprecated", "fault": "platform", "title": "An API goes away"}


def _told(gateway: Served, **more: Any) -> None:
    (deployed,) = gateway.fake.deployments.values()
    deployed |= more


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_is_not_healthy_any_more_is_told(living: Appstore, gateway: Served, language: str) -> None:
    """The status says so in the list too, and what is wrong, what works for now, and what to do are told."""
    _told(gateway, degraded=STARVED, notices=[AGEING])
    shown = living("status", "open", APPSTORE_LANG=language).out
    said = {"en": "not healthy now", "nl": "nu niet gezond"}[language]
    for words in (said, STARVED["title"], STARVED["detail"], AGEING["title"], *STARVED["next"]):
        assert words in shown
    assert said in living("status", APPSTORE_LANG=language).out


def test_kept_data_hides_no_failure(living: Appstore, gateway: Served) -> None:
    """Which data is kept and why it failed are both told."""
    _told(gateway, status="failed", keptData=["open-data"], failure=STARVED)
    shown = living("status", "open").out
    assert all(words in shown for words in ("open-data", STARVED["title"], *STARVED["next"]))

"""What the services tell becomes what the pages show, without a word lost or made up."""

from datetime import date

import pytest

from contracts.apps.facts import Assurance, Endpoint, Fact, Facts, Source, Telemetry
from contracts.apps.resources import Resources
from contracts.apps.spec import AppSpec, Container, Port, Volume
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from contracts.held import MessageHeld
from contracts.messages import all_messages
from services.gateway.api.operations import ObjectionShown
from services.gateway.api.scorecard import LegalShown, RuleShown
from services.gateway.locales.texts import Texts
from services.gateway.web.pages.app.facts import source_of, technical_facts
from services.gateway.web.pages.app.verdicts import _rule, criteria_of, reasons_of, score_shown
from services.gateway.web.pages.apps import page as apps_page
from services.gateway.web.pages.deployment import view

NL = Texts("nl")
SEEN = Source(repository="https://github.com/a/b", path="LICENSE", seen=date(2026, 11, 24))
SPEC = AppSpec(
    containers=(
        Container(
            name="app",
            image="ghcr.io/a/b:1",
            ports=(Port(name="http", number=8080, public=True),),
            resources=Resources(cpu="1500m", memory="4Gi", gpu=1),
        ),
    ),
    volumes=(Volume(name="data", size="10Gi"), Volume(name="scratch", size="1Gi", persistent=False)),
)


def _shown(facts: Facts) -> dict[str, str | None]:
    return {fact.name: fact.value for fact in technical_facts(SPEC, facts, NL)}


def test_the_catalog_description_is_shown_with_units() -> None:
    """Image, port and what it needs stand first, with their units."""
    shown = _shown(Facts())
    assert (shown["image"], shown["port"]) == ("ghcr.io/a/b:1", "8080")
    assert shown["resources"] == "1,5 cores, 4 GiB geheugen, 10 GiB opslag, 1 GPU"


def test_a_fact_nobody_brought_is_unknown() -> None:
    """An absent fact is shown as unknown, and nobody is said to have said it."""
    unknown = [fact for fact in technical_facts(SPEC, Facts(), NL) if fact.value is None]
    assert {fact.source.kind for fact in unknown} == {"unknown"}
    assert {"licence-code", "telemetry", "data-location"} <= {fact.name for fact in unknown}


def test_facts_are_told_in_the_readers_language() -> None:
    """Values become words; what does not apply says why."""
    shown = _shown(
        Facts(
            licence_code=Fact(value="MIT", source=SEEN),
            licence_weights=Fact(not_applicable="geen model", source=SEEN),
            telemetry=Fact(value=Telemetry(present=True, on_by_default=True), source=SEEN),
            external_endpoints=Fact(
                value=(Endpoint(host="h", purpose="p", required=True, on_by_default=True),), source=SEEN
            ),
            model_source=Fact(value="mirrorable", source=SEEN),
            image_public=Fact(value=False, source=SEEN),
        )
    )
    assert shown["licence-code"] == "MIT"
    assert shown["licence-weights"] == "Niet van toepassing: geen model"
    assert shown["telemetry"] == "Meldt vanzelf aan de maker"
    assert shown["external-endpoints"] == "h, verplicht: p"
    assert (shown["model-source"], shown["image-public"]) == ("Mag u zelf bewaren", "Nee")


@pytest.mark.parametrize("assurance", Assurance)
def test_every_assurance_has_its_words(assurance: Assurance) -> None:
    """Who says so is told with the place and the day it was seen."""
    source = source_of(assurance, SEEN)
    assert NL(f"source.{source.kind}_what", what=source.what or "").endswith("LICENSE")
    assert (source.day, source.href) == (SEEN.seen, SEEN.repository)


RULE = RuleShown(
    rule="dpia-present",
    rule_version="1.0",
    verdict="unknown",
    gate=True,
    weight=10,
    points=0,
    title="Er is een DPIA",
    message="Er is er geen bekend.",
    legal_reference=LegalShown(title="AVG, artikel 35", uri="https://example.org"),
    remedy="Rond een DPIA af.",
    assurance="verified",
    evidence=[SEEN.model_dump(mode="json")],
)


def test_a_rule_is_explained_whole() -> None:
    """Verdict, finding, points, law, who says so, and what makes it higher."""
    rule = _rule(RULE)
    assert (rule.verdict, rule.finding, rule.earned, rule.possible) == ("unknown", "Er is er geen bekend.", 0, 10)
    assert (rule.is_gate, rule.raises, rule.source.kind) == (True, "Rond een DPIA af.", "measured")
    assert _rule(RULE.model_copy(update={"verdict": "pass"})).raises is None
    assert _rule(RULE.model_copy(update={"verdict": "n/a"})).possible is None


def test_without_a_scorecard_everything_is_unknown() -> None:
    """The five stand there all the same."""
    assert [(one.criterion, one.verdict) for one in criteria_of(None)] == [(one, Verdict.UNKNOWN) for one in Criterion]
    assert score_shown({}, None, "unknown").gate == "unknown"
    assert score_shown({"dpia": "fail"}, 40, "fail").of(Criterion.DPIA) is Verdict.FAIL


def test_an_objection_is_a_reason() -> None:
    """What is wrong comes first, then the law and what solves it."""
    objection = ObjectionShown(criterion="dpia", **RULE.model_dump(include=set(ObjectionShown.model_fields)))
    reason = reasons_of([objection])[0]
    assert (reason.wrong, reason.solution) == ("Er is er geen bekend.", "Rond een DPIA af.")
    assert reason.law is not None
    assert reason.law.name == "AVG, artikel 35"


def test_the_pages_follow_events_that_exist() -> None:
    """A page that waits for an event nobody sends would never update."""
    names = {message.__name__ for message in all_messages().values()} | {MessageHeld.__name__}
    assert set(view.FOLLOWED) <= names
    assert set(apps_page.FOLLOWED) <= names

"""What each read model keeps of the events it is fed from."""

from typing import Any

from contracts.apps.events import VersionWithdrawn
from contracts.compliance.events import RulePublished, RuleRetired
from contracts.compliance.rule import Criterion, LegalReference, RuleTexts
from contracts.compliance.verdict import ScoreChange
from contracts.noun import Text
from services.gateway.readmodels import app, cluster, deployment, review, rule, timeline, verdict
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling

BOTH = Text(nl="ja", en="yes")


def _folded(model: Any, *payloads: Any) -> dict[str, Any]:
    tell, found = Telling(), None
    for payload in payloads:
        found = model.apply(found, tell(payload))
    assert isinstance(found, dict)
    return found


def test_an_app_is_what_was_published_last() -> None:
    """A second publication changes the texts and keeps the day of the first."""
    found = _folded(app, told.app(), told.app(title="Docling"))
    assert (found["title"], found["withdrawn"]) == ("Docling", False)
    assert found["publishedAt"] < found["changedAt"]


def test_a_withdrawn_app_comes_back_when_it_is_published_again() -> None:
    """Withdrawing hides an app; publishing shows it again, with its versions."""
    gone = (told.app(), told.version(), told.app_withdrawn())
    assert _folded(app, *gone)["withdrawn"] is True
    back = _folded(app, *gone, told.app())
    assert back["withdrawn"] is False
    assert [one["version"] for one in back["versions"]] == ["1.0"]


def test_versions_stand_newest_first_and_keep_their_first_day() -> None:
    """A version published again does not become the newest."""
    found = _folded(app, told.app(), told.version(), told.version(tag="1.1"), told.version())
    assert [one["version"] for one in found["versions"]] == ["1.1", "1.0"]
    assert found["versions"][1]["publishedAt"] < found["versions"][0]["publishedAt"] < found["versions"][1]["changedAt"]


def test_a_withdrawn_version_stays_known() -> None:
    """A withdrawn version is marked, not forgotten; one nobody published changes nothing."""
    found = _folded(app, told.app(), told.version(), VersionWithdrawn(app=told.APP, version="1.0"))
    assert [(one["version"], one["withdrawn"]) for one in found["versions"]] == [("1.0", True)]
    untouched = _folded(app, told.app(), VersionWithdrawn(app=told.APP, version="9"))
    assert untouched["versions"] == []


def test_a_version_before_its_app_waits_without_a_name() -> None:
    """An app of which only a version was heard is not shown: it counts as withdrawn and has no title."""
    found = _folded(app, told.version())
    assert found["withdrawn"] is True
    assert "title" not in found


def test_a_verdict_keeps_its_last_fifty_changes() -> None:
    """The newest verdict counts; its history is bounded."""
    scores = [told.scored(points=points, change=ScoreChange.POLICY) for points in range(60)]
    found = _folded(verdict, *scores)
    assert found["score"]["points"] == 59
    assert [change["points"] for change in found["history"]] == list(range(10, 60))


def test_a_retired_rule_keeps_its_texts() -> None:
    """Old verdicts still find the words of a rule that left the policy set."""
    published = RulePublished(
        rule="licence-is-open",
        version="1",
        criterion=Criterion.OPEN_SOURCE,
        gate=True,
        weight=10,
        texts=RuleTexts(title=BOTH, messages={"not-open": BOTH}, remedy=BOTH),
        legal_reference=LegalReference(title=BOTH),
    )
    retired = _folded(rule, published, RuleRetired(rule="licence-is-open"))
    assert (retired["retired"], retired["texts"]["title"]["en"]) == (True, "yes")
    assert _folded(rule, RuleRetired(rule="licence-is-open"), published)["retired"] is False


def test_a_cluster_is_what_it_offers_now() -> None:
    """The newest registration replaces the one before."""
    assert _folded(cluster, told.cluster())["environments"] == ["test", "production"]


def test_a_review_never_shows_its_text_in_the_clear() -> None:
    """The read model keeps the locked text as it came."""
    found = _folded(review, told.review())
    assert found["text"]["ciphertext"] == "AAAA"
    assert found["published"] is True


def test_a_timeline_entry_tells_its_place_and_no_free_text() -> None:
    """An entry holds place, lineage and codes; the text of a review is not among them."""
    entry = timeline.entry_of(Telling()(told.review(), team=told.TEAM, actor=told.PERSON))
    assert entry["service"] == "community"
    assert (entry["team"], entry["actor"], entry["correlationId"]) == (told.TEAM, told.PERSON, told.OPERATION)
    assert (entry["topic"], entry["sequence"], entry["generation"]) == ("community.reviews", 1, None)
    assert entry["told"] == {"app": told.APP, "rating": 4, "review": told.review().review}


def test_entries_sort_by_clock_then_service_then_sequence() -> None:
    """The order of a timeline does not depend on when events arrived."""
    tell = Telling()
    entries = [timeline.entry_of(tell(payload)) for payload in (told.requested(), told.approved(), told.started())]
    same = [{**entry, "hlc": entries[0]["hlc"]} for entry in entries]
    entries.reverse()
    assert [one["service"] for one in sorted(same, key=timeline.in_order)] == [
        "compliance",
        "deployer",
        "gateway",
    ]
    assert sorted(entries, key=timeline.in_order) == entries[::-1]


def test_what_runs_is_told_with_its_address_until_it_is_removed() -> None:
    """A healthy deployment has address and replicas; after its removal it does not run."""
    tell, found = Telling(), None
    for payload, generation in (
        (told.requested(), None),
        (told.started(), 1),
        (told.progressed(), 1),
        (told.succeeded(), 1),
    ):
        found = deployment.apply(found, tell(payload, generation=generation))
    assert found is not None
    assert (found["rollout"]["ready"], found["rollout"]["address"], found["rollout"]["running"]) == (
        1,
        "http://docling",
        True,
    )
    found = deployment.apply(found, tell(told.removed(), generation=2))
    assert found["rollout"]["running"] is False

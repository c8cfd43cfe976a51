"""What a folder changes on the log: nothing when nothing changed, and every change once."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.apps.events import AppPublished, AppWithdrawn, VersionPublished, VersionWithdrawn
from contracts.apps.facts import Fact, Facts, Source
from contracts.apps.resources import Resources
from contracts.apps.spec import AppSpec, Container
from contracts.envelope import Context, Event, padded
from contracts.noun import Text
from contracts.payload import Payload
from services.catalog.domain.app import AppState, evolve
from services.catalog.domain.changes import what_changed
from services.catalog.domain.folder import AppFolder, OfferedVersion

APP = "01936f00-0000-7000-8000-000000000001"
ORIGIN = "01936f00-0000-7000-8000-00000000000f"


def event(payload: Payload, number: int = 1) -> Event[Any]:
    """The payload in an envelope, as the chassis hands it to a fold."""
    context = Context(
        id=APP,
        source="urn:nld:oin:00000001234567890000:systeem:appstore-catalog",
        type=payload.type_name(),
        subject=payload.key,
        time=datetime(2026, 11, 24, 8, tzinfo=UTC),
        origin=ORIGIN,
        correlationid=APP,
        sequence=padded(number),
        hlc="1764000000000.00000",
        dataclass="public",
    )
    return Event(context, payload)


def applied(state: AppState | None, said: list[Payload]) -> AppState | None:
    """The state after these events, stored and read back as the database does."""
    for number, payload in enumerate(said, 1):
        state = AppState.model_validate_json(evolve(state, event(payload, number)).model_dump_json())
    return state


def a_version(tag: str, image: str = "example.org/reader:1", licence: str | None = None) -> OfferedVersion:
    """One version on offer."""
    container = Container(name="reader", image=image, resources=Resources(cpu="1", memory="1Gi"))
    source = Source(uri="https://example.org", seen=date(2026, 11, 24))
    facts = Facts(licence_code=Fact(value=licence, source=source)) if licence else Facts()
    return OfferedVersion(version=tag, spec=AppSpec(containers=(container,)), facts=facts)


def a_folder(*versions: OfferedVersion, title: str = "Reader") -> AppFolder:
    """One app with these versions."""
    return AppFolder(name="reader", title=title, summary=Text(nl="Leest.", en="Reads."), versions=versions)


def kinds(said: list[Payload]) -> list[type[Payload]]:
    """The classes of what is said, in order."""
    return [type(payload) for payload in said]


def test_new_folder_publishes_app_then_versions() -> None:
    """An app is published before its versions."""
    said = what_changed(a_folder(a_version("1.0.0"), a_version("2.0.0")), None, APP)
    assert kinds(said) == [AppPublished, VersionPublished, VersionPublished]


def test_nothing_changed_says_nothing() -> None:
    """The same folder again publishes nothing."""
    folder = a_folder(a_version("1.0.0"))
    assert what_changed(folder, applied(None, what_changed(folder, None, APP)), APP) == []


def test_other_title_publishes_the_app_alone() -> None:
    """A change of the app itself publishes no version."""
    state = applied(None, what_changed(a_folder(a_version("1.0.0")), None, APP))
    (said,) = what_changed(a_folder(a_version("1.0.0"), title="Other"), state, APP)
    assert isinstance(said, AppPublished)
    assert said.title == "Other"


def test_other_fact_publishes_that_version_alone() -> None:
    """A fact that changed publishes its version whole, and no other."""
    state = applied(None, what_changed(a_folder(a_version("1.0.0"), a_version("2.0.0")), None, APP))
    (said,) = what_changed(a_folder(a_version("1.0.0"), a_version("2.0.0", licence="MIT")), state, APP)
    assert isinstance(said, VersionPublished)
    assert said.version == "2.0.0"


def test_version_that_is_gone_is_withdrawn() -> None:
    """A version without a file is withdrawn, and a second look says nothing."""
    state = applied(None, what_changed(a_folder(a_version("1.0.0"), a_version("2.0.0")), None, APP))
    smaller = a_folder(a_version("2.0.0"))
    said = what_changed(smaller, state, APP)
    assert said == [VersionWithdrawn(app=APP, version="1.0.0")]
    assert what_changed(smaller, applied(state, said), APP) == []


def test_folder_that_is_gone_withdraws_the_app_once() -> None:
    """An app without a folder is withdrawn once, with its name."""
    state = applied(None, what_changed(a_folder(a_version("1.0.0")), None, APP))
    said = what_changed(None, state, APP)
    assert said == [AppWithdrawn(app=APP, name="reader")]
    gone = applied(state, said)
    assert gone is not None
    assert not gone.offered
    assert what_changed(None, gone, APP) == []


def test_app_that_returns_is_published_whole() -> None:
    """A folder that returns publishes its app and every version again."""
    folder = a_folder(a_version("1.0.0"))
    state = applied(None, what_changed(folder, None, APP))
    state = applied(state, what_changed(None, state, APP))
    assert kinds(what_changed(folder, state, APP)) == [AppPublished, VersionPublished]


def test_folder_never_seen_is_not_withdrawn() -> None:
    """A folder that is not there and was not there says nothing."""
    assert what_changed(None, None, APP) == []


TAGS = st.sampled_from(["1.0.0", "1.1.0", "2.0.0-rc.1"])
VERSIONS = st.lists(
    st.builds(a_version, TAGS, st.sampled_from(["example.org/a:1", "example.org/b:2"]), st.sampled_from([None, "MIT"])),
    max_size=3,
    unique_by=lambda version: version.version,
)
FOLDERS = st.none() | st.builds(
    lambda versions, title: a_folder(*versions, title=title),
    VERSIONS,
    st.sampled_from(["Reader", "Other"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(FOLDERS, max_size=6))
def test_asking_again_always_says_nothing(history: list[AppFolder | None]) -> None:
    """Whatever a folder went through: once its changes are told, it has no more, and the state is the folder."""
    state: AppState | None = None
    for folder in history:
        state = applied(state, what_changed(folder, state, APP))
        assert what_changed(folder, state, APP) == []
        if folder is None:
            assert state is None or not state.offered
        else:
            assert state is not None
            assert [version.version for version in state.versions] == sorted(v.version for v in folder.versions)

"""The apps that come with the platform: each is read without a problem, and what their facts say hangs together."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.apps.facts import Assurance, Facts
from services.catalog.adapters.files.app_folders import read_apps
from services.catalog.domain.folder import AppFolder, OfferedVersion

ROOT = Path(__file__).parents[3]
READING = read_apps(ROOT / "services" / "catalog" / "apps")
VERSIONS = [
    pytest.param(app, version, id=f"{app.name}-{version.version}")
    for app in READING.folders
    for version in app.versions
]
OURS = ("ai_risk", "personal_data")
"""Facts that are our own judgement, so never `verified`."""


def stated(facts: Facts) -> dict[str, Any]:
    """The facts that are known, by name."""
    return {name: fact for name, fact in facts if fact is not None}


def needs_dpia(facts: Facts) -> bool:
    """The rule of the pre-scan: two criteria of the EDPB, or one item of the AP's list."""
    assert facts.personal_data is not None
    scan = facts.personal_data.value
    assert scan is not None
    return len(scan.edpb_criteria) >= 2 or len(scan.ap_list) >= 1


def test_every_shipped_app_is_read_without_a_problem() -> None:
    """Five apps are shipped, and nothing is wrong with any of them."""
    assert READING.problems == ()
    assert len(READING.folders) == 5


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_gates_can_be_decided(app: AppFolder, version: OfferedVersion) -> None:
    """Every version says its risk category with the articles, and its pre-scan, as our judgement."""
    del app
    risk = version.facts.ai_risk
    assert risk is not None
    assert risk.value is not None
    assert risk.value.category != "prohibited"
    assert risk.value.articles
    needs_dpia(version.facts)
    for name in OURS:
        assert getattr(version.facts, name).assurance is Assurance.DECLARED


def test_some_deploy_at_once_and_one_waits_for_its_dpia() -> None:
    """At least two apps need no DPIA, and at least one needs one that it has not."""
    waiting = {app.name for app in READING.folders for version in app.versions if needs_dpia(version.facts)}
    assert waiting
    assert len(READING.folders) - len(waiting) >= 2
    assert all(version.facts.dpia is None for app in READING.folders for version in app.versions)


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_every_fact_names_the_day_it_was_seen(app: AppFolder, version: OfferedVersion) -> None:
    """Every fact was seen in a public repository, on or before the day the version's facts were written."""
    del app
    for name, fact in stated(version.facts).items():
        assert fact.source.repository.startswith("https://github.com/"), name
        assert fact.source.seen.isoformat() <= "2026-11-24", name


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_switch_that_a_fact_promises_is_set(app: AppFolder, version: OfferedVersion) -> None:
    """Where telemetry is on by default and the fact says each version switches it off, the description does."""
    del app
    fact = version.facts.telemetry
    if fact is None or fact.value is None or not fact.value.on_by_default:
        return
    name, _, value = (fact.value.off_switch or "").partition(" ")[0].partition("=")
    assert version.spec.containers[0].env.get(name) == value


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_image_is_pinned_and_known_to_the_local_cluster(app: AppFolder, version: OfferedVersion) -> None:
    """Every image has a fixed tag, and the registry of the simulated cluster knows it."""
    del app
    known = {one["image"] for one in yaml.safe_load((ROOT / "infra" / "local" / "images.yaml").read_text())["images"]}
    for container in version.spec.containers:
        assert ":" in container.image
        assert not container.image.endswith(":latest")
        assert container.image in known


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_persistent_data_is_named(app: AppFolder, version: OfferedVersion) -> None:
    """Every persistent volume is named where the facts say the data is."""
    del app
    assert version.facts.data_locations is not None
    places = " ".join(version.facts.data_locations.value or ())
    for volume in version.spec.volumes:
        assert f"volume {volume.name}" in places


@pytest.mark.parametrize(("app", "version"), VERSIONS)
def test_what_a_team_may_choose_is_said_once(app: AppFolder, version: OfferedVersion) -> None:
    """A variable that a parameter sets is not set in the description too: its default is the parameter's."""
    del app
    chosen = {parameter.env for parameter in version.spec.parameters}
    assert chosen
    assert not chosen & {name for container in version.spec.containers for name in container.env}

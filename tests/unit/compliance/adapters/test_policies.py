"""Policies as files: strict, named by file and field when wrong, and never half-applied."""

import os
import re
import shutil
from pathlib import Path

import pytest

from chassis.errors import NotNow
from chassis.health import Readiness
from services.compliance.adapters.cel.compiler import CelCompiler
from services.compliance.adapters.files.policies import read_policies
from services.compliance.adapters.files.policy_folder import PolicyFolder
from services.compliance.adapters.files.policy_health import tell
from services.compliance.adapters.files.yaml_text import FileError
from tests.fakes.compliance import POLICIES, shipped_policies

RULE = "open-source/code-licence-osi-approved.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may break."""
    copy = tmp_path / "policies"
    shutil.copytree(POLICIES, copy)
    return copy


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, as somebody in an editor would, and let time pass."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("gate: false", "gate: maybe", f"{RULE} gate: "),
        ("gate: false", "gate: true\nblocksFrom: production", f"{RULE} blocksFrom: "),
        ("gate: false", "gate: false\nblocksFrom: strict", "blocksFrom: only a gate blocks"),
        ("gate: false", "gates: false", f"{RULE} gate: Field required"),
        ("weight: 10", "weight: 0", f"{RULE} weight: "),
        ("weight: 10", "weight: .inf", f"{RULE} weight: "),
        ("weight: 10", "weight: 10\nwieght: 3", f"{RULE} wieght: "),
        ('version: "1.0"', 'version: "one"', f"{RULE} version: "),
        ("id: code-licence-osi-approved", "id: another-rule", f"{RULE} id: "),
        ("criterion: open-source", "criterion: dpia", f"{RULE} criterion: "),
        ("needs: [licenceCode]", "needs: [licenseCode]", "there is no fact called licenseCode"),
        ("needs: [licenceCode]", "needs: []", f"{RULE} needs: "),
        ('when: "osiApproved(facts.licenceCode)"', 'when: "osiApproved(facts.licenceData)"', "reads licenceData"),
        ('when: "osiApproved(facts.licenceCode)"', "when: \"facts['licenceCode'] == 'MIT'\"", "reads all facts"),
        ('when: "osiApproved(facts.licenceCode)"', 'when: "osiAproved(facts.licenceCode)"', f"{RULE} cases.0.when: "),
        ('when: "osiApproved(facts.licenceCode)"', "when: \"'MIT'\"", f"{RULE} cases.0.when: "),
        ('when: "osiApproved(facts.licenceCode)"', f'when: "true{" || true" * 120}"', f"{RULE} cases.0.when: "),
        ("verdict: pass", "verdict: perfect", f"{RULE} cases.0.verdict: "),
        ("message: osi-approved", "message: nobody-wrote-this", "texts.messages has no nobody-wrote-this"),
        ("message: osi-approved", "message: expired", "given by the platform itself"),
        ("{licence}", "{license}", "the message says {license}, and nothing fills it"),
        ("    en: ", "    english: ", f"{RULE} texts."),
        ("uri: ", "url: ", f"{RULE} legalReference.url: "),
        ("cases:", "cases: &a\n  - *a", "aliases"),
        ("gate: false", "gate: false\ngate: true", "gate is said twice"),
        ("cases:", "cases: [", f"{RULE} line "),
    ],
)
def test_a_broken_rule_is_refused_by_file_and_field(folder: Path, old: str, new: str, says: str) -> None:
    """Whoever made the slip reads which file and which field."""
    edit(folder / RULE, old, new)
    with pytest.raises(FileError, match=re.escape(says)) as refused:
        read_policies(folder, CelCompiler())
    assert RULE in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a\n", "x" * 70_000, "\x00", "[" * 5000])
def test_a_file_that_is_no_rule_is_refused(folder: Path, text: str) -> None:
    """Empty, a list, too large, not text, too deep: each is refused by name."""
    (folder / RULE).write_text(text)
    with pytest.raises(FileError, match=RULE):
        read_policies(folder, CelCompiler())


def test_the_set_says_every_message_the_platform_gives(folder: Path) -> None:
    """A set without one of the shared messages is refused."""
    edit(folder / "policy-set.yaml", "  expired:", "  expelled:")
    with pytest.raises(FileError, match=r"policy-set\.yaml .*expired is missing"):
        read_policies(folder, CelCompiler())


def test_without_a_good_set_nothing_is_decided_until_it_is_mended(folder: Path) -> None:
    """A broken set at the start approves nothing and ends nothing; mending it is enough."""
    edit(folder / RULE, "weight: 10", "weight: ten")
    policies = PolicyFolder(folder, CelCompiler())
    with pytest.raises(NotNow):
        policies.active()
    assert "nothing is decided" in str(policies.problem)
    edit(folder / RULE, "weight: ten", "weight: 10")
    assert policies.refresh().identity == shipped_policies().identity
    assert policies.problem is None


def test_an_empty_folder_is_no_policy_set(tmp_path: Path) -> None:
    """Deciding by no rules at all would approve everything."""
    with pytest.raises(NotNow):
        PolicyFolder(tmp_path / "nothing", CelCompiler()).active()


def test_the_hash_is_over_content_and_not_over_layout(folder: Path) -> None:
    """A comment changes nothing; a weight does; a case of a test does not."""
    edit(folder / RULE, "gate: false", "gate:    false  # a remark")
    (folder / RULE).with_suffix(".cases.yaml").write_text("[]")
    assert read_policies(folder, CelCompiler()).identity == shipped_policies().identity
    edit(folder / RULE, "weight: 10", "weight: 11")
    assert read_policies(folder, CelCompiler()).identity.sha256 != shipped_policies().identity.sha256


def test_an_edit_comes_into_force_without_a_restart(folder: Path) -> None:
    """The next look sees the file's time and reads the set anew."""
    policies = PolicyFolder(folder, CelCompiler())
    policies.settle()
    edit(folder / RULE, "weight: 10", "weight: 11")
    assert policies.active().identity == shipped_policies().identity
    weights = {rule.id: rule.weight for rule in policies.refresh().rules}
    assert weights["code-licence-osi-approved"] == 11
    assert not policies.settled()


def test_a_broken_edit_keeps_the_last_good_set_in_force(folder: Path) -> None:
    """One good edit beside one broken one: neither counts, the reason is shown, and mending it brings both."""
    policies = PolicyFolder(folder, CelCompiler())
    edit(folder / "dpia" / "dpia-present.yaml", "weight: 10", "weight: 20")
    edit(folder / RULE, "weight: 10", "weight: ten")
    before = policies.active()
    assert policies.refresh() is before
    assert policies.problem is not None
    assert policies.problem.startswith(f"{RULE} weight: ")
    assert "the last good set decides" in policies.problem
    edit(folder / RULE, "weight: ten", "weight: 10")
    assert policies.refresh() is not before
    assert policies.problem is None


def test_a_file_that_disappears_is_seen(folder: Path) -> None:
    """A rule taken out of the folder leaves the set; taking out the set's own file is a broken edit."""
    policies = PolicyFolder(folder, CelCompiler())
    (folder / RULE).unlink()
    assert "code-licence-osi-approved" not in {rule.id for rule in policies.refresh().rules}
    (folder / "policy-set.yaml").unlink()
    policies.refresh()
    assert policies.problem is not None


def test_a_broken_edit_is_a_reason_on_ready() -> None:
    """Operators see what is wrong, and see it go."""
    readiness = Readiness("compliance")
    readiness.clear("start")
    tell("a.yaml weight: is not a number", readiness)
    assert not readiness.ready
    assert "a.yaml weight: is not a number" in readiness.report()["reasons"][0]
    tell(None, readiness)
    assert readiness.ready

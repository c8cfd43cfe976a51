"""What is said of a cluster of somebody's own before anything is started; the answers of a real one have a tier."""

from pathlib import Path

import pytest
import yaml

from infra.kubernetes.check import ClusterUnfitError, check_kubeconfig
from infra.kubernetes.shipped_roles import CLUSTER_WIDE
from infra.local.clusters import Yours, keep_to_one_cluster, look_at_yours
from infra.local.home import Home
from services.deployer.adapters.kubernetes.rights import Right, rights_of

TOKEN = "very-secret"
FILE = f"""\
contexts: [{{name: test, context: {{}}}}, {{name: prod, context: {{}}}}]
users: [{{name: me, user: {{token: {TOKEN}}}}}]
"""


@pytest.mark.parametrize(
    ("text", "context", "why"),
    [
        (None, "", "can't be read: No such file"),
        (f"users: [{TOKEN}", "", "is no YAML"),
        (TOKEN, "", "describes no cluster"),
        (FILE, "acceptance", r"has no context acceptance\. It has: prod, test"),
        (FILE, "", "has no current context: set KUBE_CONTEXT. It has: prod, test"),
        (f"contexts: {TOKEN}", "", "It has: none"),
    ],
)
def test_a_kubeconfig_file_that_can_not_be_used_is_told(
    text: str | None, context: str, why: str, tmp_path: Path
) -> None:
    """By its name, with what is wrong and what there is, and never with what is secret in it."""
    file = tmp_path / "config"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ClusterUnfitError, match=why) as told:
        check_kubeconfig(file, context)
    assert TOKEN not in str(told.value)
    assert str(file) in str(told.value)


def test_a_kubeconfig_file_that_can_be_used_is_not_told(tmp_path: Path) -> None:
    """A context that is asked for, or one that is current; several files count as one."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(FILE)
    second.write_text("current-context: prod\n")
    check_kubeconfig(first, "test")
    check_kubeconfig(Path(f"{first}:{second}"), "")


def test_every_right_of_the_role_is_asked_for() -> None:
    """Each verb on each resource that the shipped manifest gives, where it gives it."""
    rights = set(rights_of(yaml.safe_load_all(CLUSTER_WIDE.read_text(encoding="utf-8"))))
    assert {Right("create", "", "namespaces"), Right("delete", "apps", "deployments")} <= rights
    assert Right("delete", "", "namespaces") not in rights
    rule = {"apiGroups": ["x.y"], "resources": ["leases"], "resourceNames": ["one"], "verbs": ["get", "patch"]}
    narrow = {"kind": "Role", "metadata": {"namespace": "ours"}, "rules": [rule]}
    assert [one.where for one in rights_of([narrow])] == ["leases.x.y/one in ours"] * 2


def test_a_file_that_is_missing_ends_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before anything is started, with the reason."""
    monkeypatch.delenv("CLUSTER", raising=False)
    monkeypatch.setenv("APPSTORE_KUBECONFIG", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="nowhere can't be read"):
        look_at_yours()


def test_what_is_stored_is_about_one_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The deployments of the simulated cluster never come along to somebody's own, nor those of one to another."""
    monkeypatch.delenv("CLUSTER", raising=False)
    monkeypatch.delenv("APPSTORE_KUBECONFIG", raising=False)
    home = Home(tmp_path)
    home.make()
    keep_to_one_cluster(home, None)
    (home.data / "database").mkdir()
    keep_to_one_cluster(home, None)
    with pytest.raises(ValueError, match=r"another cluster \(sandbox\).*make reset"):
        keep_to_one_cluster(home, Yours("uid-of-production", "a cluster"))


def test_a_start_that_stored_nothing_binds_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After one that failed before there was a database, the folder is free for another cluster."""
    monkeypatch.delenv("APPSTORE_KUBECONFIG", raising=False)
    monkeypatch.setenv("CLUSTER", "kubernetes")
    home = Home(tmp_path)
    home.make()
    keep_to_one_cluster(home, None)
    monkeypatch.delenv("CLUSTER")
    keep_to_one_cluster(home, None)
    (home.data / "database").mkdir()
    with pytest.raises(ValueError, match=r"another cluster \(sandbox\)"):
        keep_to_one_cluster(home, Yours("uid-of-production", "a cluster"))


def test_data_of_an_earlier_release_is_about_the_simulated_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which nothing says yet."""
    monkeypatch.setenv("CLUSTER", "kubernetes")
    monkeypatch.delenv("APPSTORE_KUBECONFIG", raising=False)
    (tmp_path / "data" / "database").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"another cluster \(sandbox\)"):
        keep_to_one_cluster(Home(tmp_path), None)

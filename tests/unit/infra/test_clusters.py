"""Which cluster the stack deploys to, and what its own control plane adds to it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.kubernetes.in_the_stack import control_plane_stages, deployers_kubeconfig
from infra.local.clusters import KUBERNETES, SANDBOX, cluster_name, told_about_the_cluster
from infra.local.home import CHECKOUT, Home
from infra.local.ports import Ports, first_busy


@pytest.fixture(autouse=True)
def _nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests says nothing about clusters."""
    for name in ("KUBECONFIG", "KUBE_SERVER", "IN_CLUSTER", "OFFERS_FILE"):
        monkeypatch.delenv(f"APPSTORE_{name}", raising=False)
    monkeypatch.delenv("CLUSTER", raising=False)


def test_the_simulated_cluster_is_what_nobody_has_to_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word it is the sandbox; a kubeconfig file chooses a cluster that is not the stack's."""
    assert cluster_name() == SANDBOX
    monkeypatch.setenv("APPSTORE_KUBECONFIG", "mine")
    assert not cluster_name()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"CLUSTER": "docker"}, "CLUSTER=docker is not known"),
        ({"CLUSTER": "kubernetes", "APPSTORE_KUBECONFIG": "mine"}, "name two clusters"),
        ({"CLUSTER": "sandbox", "APPSTORE_KUBE_SERVER": "https://x"}, "name two clusters"),
        ({"CLUSTER": "sandbox", "APPSTORE_OFFERS_FILE": "offers.yaml"}, "leave OFFERS out"),
        ({"APPSTORE_OFFERS_FILE": "offers.yaml"}, "leave OFFERS out"),
    ],
)
def test_what_can_not_be_is_refused(said: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that the stack does not have, two at once, and offers for the one that has its own file."""
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=why):
        cluster_name()


def test_the_deployer_is_told_of_the_one_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the sandbox its file; of the control plane the restricted account's kubeconfig and what is offered there."""
    home = Home(tmp_path)
    assert set(told_about_the_cluster(home)) == {"APPSTORE_CLUSTER_FILE"}
    monkeypatch.setenv("CLUSTER", KUBERNETES)
    told = told_about_the_cluster(home)
    assert told["APPSTORE_KUBECONFIG"] == str(deployers_kubeconfig(home))
    assert told["APPSTORE_OFFERS_FILE"].endswith("infra/kubernetes/offers.yaml")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, set()),
        ({"KUBECONFIG": "file", "CLUSTER": "kubernetes"}, set()),
        ({"KUBECONFIG": "file"}, {"APPSTORE_KUBECONFIG='file'", "APPSTORE_KUBE_CONTEXT='mine'"}),
    ],
)
def test_a_context_goes_with_its_kubeconfig(said: dict[str, str], told: set[str]) -> None:
    """Make names the context of a kubeconfig only to whoever uses that file."""
    ours = {name: one for name, one in os.environ.items() if not name.startswith(("KUBE", "CLUSTER", "OFFERS", "MAKE"))}
    ours |= said | {"KUBE_CONTEXT": "mine"}
    make = shutil.which("make")
    assert make is not None
    shown = subprocess.run(  # noqa: S603 - our own command, which only prints
        [make, "--dry-run", "up"],
        cwd=CHECKOUT,
        env=ours,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {word for word in shown.split() if word.startswith("APPSTORE_")} == told


def test_the_control_plane_starts_before_what_needs_it(tmp_path: Path) -> None:
    """Store, API server, controllers, and then a part that makes it fit for the app store and is done."""
    (tmp_path / "stages.yaml").write_text("", encoding="utf-8")
    plan = control_plane_stages(tmp_path, Ports(8400), Home(tmp_path), ["registry.example/app:1"])
    assert [stage.name for stage in plan] == ["store", "api", "controllers", "cluster"]
    assert [part.name for stage in plan for part in stage.parts if part.ready is None] == ["cluster"]
    assert not any(stage.carries_the_rest for stage in plan)
    api = next(part for stage in plan for part in stage.parts if part.name == "kube-apiserver")
    assert "--secure-port=8407" in api.command


def test_a_taken_port_of_the_control_plane_is_seen() -> None:
    """Each port of its parts is looked at when that part is to start."""
    owners = {owner.removesuffix("-peer") for owner in Ports(8400).by_owner()}
    assert {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"} <= owners
    assert first_busy(Ports(8400), frozenset()) is None

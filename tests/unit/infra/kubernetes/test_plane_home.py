"""The folder of a control plane."""

import socket
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from infra.kubernetes.accounts import ADMINISTRATOR, DEPLOYER, keep_accounts, tokens_file
from infra.kubernetes.home import PlaneHome, PlaneHomeInUseError
from infra.local.ports import free_port

ADDRESS = "https://127.0.0.1:6443"


@pytest.fixture
def home(tmp_path: Path) -> PlaneHome:
    """An empty one."""
    home = PlaneHome(tmp_path / "plane")
    home.make()
    return home


def test_a_second_start_finds_the_same_ports(home: PlaneHome) -> None:
    """Every part has a port of its own, and keeps it from start to start."""
    first = home.ports()
    assert len(set(asdict(first).values())) == len(asdict(first)) == 6
    assert home.ports() == first


def test_a_taken_port_is_not_used_again(home: PlaneHome) -> None:
    """When somebody else listens where a part used to, all of them move."""
    first = home.ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", first.kwok))
        other.listen()
        second = home.ports()
    assert second.kwok != first.kwok


def test_the_port_asked_for_is_the_api_servers(home: PlaneHome) -> None:
    """A person may say where the API server listens; a later start that says nothing stays there."""
    home.ports()
    wanted = free_port()
    asked = home.ports(wanted)
    assert asked.kube_apiserver == wanted
    assert home.ports() == asked


def test_a_folder_has_one_control_plane(home: PlaneHome) -> None:
    """A second one in the same folder is refused while the first lives, and let in after it."""
    with home.hold(), pytest.raises(PlaneHomeInUseError, match="already"), home.hold():
        pass
    with home.hold():
        pass


def test_tokens_are_kept(home: PlaneHome) -> None:
    """A cluster that starts again knows the same tokens, and only its owner reads them."""
    first = keep_accounts(home, ADDRESS, home.credentials / "ca.crt")
    assert keep_accounts(home, ADDRESS, home.credentials / "ca.crt") == first
    for secret in (tokens_file(home), first[ADMINISTRATOR].kubeconfig):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_the_deployer_is_in_no_group(home: PlaneHome) -> None:
    """Each account has a token of its own, and only the administrator's and kwok's carry a group."""
    accounts = keep_accounts(home, ADDRESS, home.credentials / "ca.crt")
    assert len({account.token for account in accounts.values()}) == len(accounts)
    groups = {line.split(",")[1]: line.split(",")[3] for line in tokens_file(home).read_text().splitlines()}
    assert {name for name, group in groups.items() if group != '""'} == {ADMINISTRATOR, "kwok"}
    assert groups[DEPLOYER] == '""'

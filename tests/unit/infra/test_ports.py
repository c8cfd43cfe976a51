"""Where the parts of a stack listen."""

import pytest

from infra.local.ports import SERVICES, Ports, first_busy, free_base, read_replicas, service_of


def test_every_part_has_a_port_of_its_own() -> None:
    """Fifteen neighbours at most, and no two parts share one."""
    ports = Ports(8400).by_owner()
    assert len(set(ports.values())) == len(ports) == 4 + len(SERVICES) + 6
    assert all(8400 <= port <= 8414 for port in ports.values())


def test_the_ports_follow_the_base() -> None:
    """The numbers that the guides name are these distances from the public port."""
    ports = Ports(9000)
    assert (ports.issuer, ports.broker, ports.database) == (9001, 9010, 9011)
    assert [ports.health(service) for service in SERVICES] == [9002, 9003, 9004, 9005, 9006]


@pytest.mark.parametrize("base", [0, 80, 1023, 65522, 70000])
def test_a_base_without_room_is_refused(base: int) -> None:
    """A base that would put a part on a port that cannot be had is refused with the bounds."""
    with pytest.raises(ValueError, match="between 1024 and 65521"):
        Ports(base)


def test_a_free_base_is_free() -> None:
    """A stack of a test finds a range in which nobody listens."""
    assert first_busy(Ports(free_base())) is None


def test_replicas_have_ports_of_their_own() -> None:
    """Five replicas of everything and no port twice; the first of each is where it would be alone."""
    ports = Ports(8400, dict.fromkeys(SERVICES, 5))
    by_owner = ports.by_owner()
    assert len(set(by_owner.values())) == len(by_owner) == 3 + 2 * 5 + 4 * 5 + 6
    assert by_owner | Ports(8400).by_owner() == by_owner
    assert (ports.public("gateway-2"), ports.health("deployer-3")) == (8420, 8444)


def test_replicas_are_named_after_their_service() -> None:
    """The first replica has its service's name, the next ones a number behind it."""
    assert Ports(8400, {"deployer": 3}).services == (*SERVICES, "deployer-2", "deployer-3")
    assert [service_of(part) for part in ("deployer", "deployer-2", "database")] == ["deployer", "deployer", "database"]


@pytest.mark.parametrize(
    ("text", "replicas"),
    [("", {}), ("2", dict.fromkeys(SERVICES, 2)), ("deployer=2,gateway=3", {"deployer": 2, "gateway": 3})],
)
def test_replicas_can_be_said_for_all_or_for_some(text: str, replicas: dict[str, int]) -> None:
    """A number counts for every service, a list for those it names."""
    assert read_replicas(text) == replicas


@pytest.mark.parametrize("text", ["two", "deployer=many", "broker=2", "gateway=0", "gateway=6"])
def test_replicas_that_cannot_be_are_refused(text: str) -> None:
    """A word, a part that is no service, none or too many: the command says what is possible."""
    with pytest.raises(ValueError, match=r"REPLICAS is|can have 1 to 5"):
        Ports(8400, read_replicas(text))

"""Where the parts of a stack listen."""

import pytest

from infra.local.ports import SERVICES, Ports, first_busy, free_base


def test_every_part_has_a_port_of_its_own() -> None:
    """Twelve neighbours at most, and no two parts share one."""
    ports = Ports(8400).by_owner()
    assert len(set(ports.values())) == len(ports) == 4 + len(SERVICES)
    assert all(8400 <= port <= 8411 for port in ports.values())


def test_the_ports_follow_the_base() -> None:
    """The numbers that the guides name are these distances from the public port."""
    ports = Ports(9000)
    assert (ports.issuer, ports.broker, ports.database) == (9001, 9010, 9011)
    assert [ports.health(service) for service in SERVICES] == [9002, 9003, 9004, 9005, 9006]


@pytest.mark.parametrize("base", [0, 80, 1023, 65525, 70000])
def test_a_base_without_room_is_refused(base: int) -> None:
    """A base that would put a part on a port that cannot be had is refused with the bounds."""
    with pytest.raises(ValueError, match="between 1024 and 65524"):
        Ports(base)


def test_a_free_base_is_free() -> None:
    """A stack of a test finds a range in which nobody listens."""
    assert first_busy(Ports(free_base())) is None

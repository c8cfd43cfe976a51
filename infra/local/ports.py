"""Where each part of the stack listens: one base port, and fixed distances from it.

A service's second replica is the part `<service>-2`; its ports are 20 further than the first one's, and so on.
"""

import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
DEFAULT_BASE = 8400
SERVICES = ("catalog", "compliance", "deployer", "community", "gateway")

_ISSUER = 1
_FIRST_HEALTH = 2
_BROKER = 10
_DATABASE = 11
# The cluster's own parts take what the others leave.
_CONTROL_PLANE = {
    "kube-apiserver": 7,
    "kube-controller-manager": 8,
    "kube-scheduler": 9,
    "etcd": 12,
    "etcd-peer": 13,
    "kwok": 14,
}
_NEXT_REPLICA = 20
MOST_REPLICAS = 5
_LOWEST_BASE = 1024  # below it, ports belong to the system
_HIGHEST_BASE = 65535 - max(_CONTROL_PLANE.values())


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one stack; `base` is the public one, the gateway's. A service has one replica unless said so."""

    base: int = DEFAULT_BASE
    replicas: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a base that leaves no room for the others, and replicas of what is no service.

        Raises:
            ValueError: the base is below 1024 or so high that a port would not exist; replicas are not 1 to 5.
        """
        highest = _HIGHEST_BASE - _NEXT_REPLICA * (max(self.replicas.values(), default=1) - 1)
        if not _LOWEST_BASE <= self.base <= highest:
            message = f"the port must lie between {_LOWEST_BASE} and {highest}, not be {self.base}"
            raise ValueError(message)
        for service, count in self.replicas.items():
            if service not in SERVICES or not 1 <= count <= MOST_REPLICAS:
                message = f"each of {', '.join(SERVICES)} can have 1 to {MOST_REPLICAS} replicas; not {service}={count}"
                raise ValueError(message)

    @property
    def services(self) -> tuple[str, ...]:
        """The name of every replica of every service, first ones first."""
        counts = {service: self.replicas.get(service, 1) for service in SERVICES}
        numbers = range(1, max(counts.values()) + 1)
        return tuple(
            replica(service, number) for number in numbers for service in SERVICES if number <= counts[service]
        )

    def public(self, part: str = "gateway") -> int:
        """The public port of a gateway's replica."""
        return self.base + _further(part)

    @property
    def issuer(self) -> int:
        """The identity issuer's port."""
        return self.base + _ISSUER

    def health(self, part: str) -> int:
        """The port on which a replica of a service answers `/health`, `/ready` and `/metrics`."""
        return self.base + _FIRST_HEALTH + SERVICES.index(service_of(part)) + _further(part)

    @property
    def broker(self) -> int:
        """The Kafka protocol's port."""
        return self.base + _BROKER

    @property
    def database(self) -> int:
        """The MongoDB protocol's port."""
        return self.base + _DATABASE

    def control_plane(self, part: str) -> int:
        """The port of a part of the stack's own Kubernetes (`make up CLUSTER=kubernetes`)."""
        return self.base + _CONTROL_PLANE[part]

    def by_owner(self) -> dict[str, int]:
        """Every port, named by the part that listens on it."""
        health = {f"{part}-health": self.health(part) for part in self.services}
        public = {part: self.public(part) for part in self.services if service_of(part) == "gateway"}
        return {
            **public,
            "issuer": self.issuer,
            **health,
            "broker": self.broker,
            "database": self.database,
            **{part: self.control_plane(part) for part in _CONTROL_PLANE},
        }


def replica(service: str, number: int) -> str:
    """The part that is this replica of a service; they count from 1."""
    return service if number == 1 else f"{service}-{number}"


def service_of(part: str) -> str:
    """The service that a part is a replica of; another part's own name."""
    service, _, number = part.rpartition("-")
    return service if service in SERVICES and number.isdigit() else part


def read_replicas(text: str) -> dict[str, int]:
    """Replicas as a person writes them: `2` for every service, or `deployer=2,gateway=3`.

    Raises:
        ValueError: it is neither.
    """
    try:
        if "=" not in text:
            return dict.fromkeys(SERVICES, int(text)) if text else {}
        return {name.strip(): int(count) for name, _, count in (one.partition("=") for one in text.split(","))}
    except ValueError:
        message = f"REPLICAS is a number, or a list like deployer=2,gateway=3; not {text}"
        raise ValueError(message) from None


def _further(part: str) -> int:
    number = part.removeprefix(service_of(part)).removeprefix("-")
    return _NEXT_REPLICA * (int(number or 1) - 1)


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port of a stack that stopped a moment ago lingers in TIME_WAIT; every part may bind it all the same.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def first_busy(ports: Ports, owners: frozenset[str] | None = None) -> tuple[str, int] | None:
    """The first part whose port is taken, with that port; of all parts, or of the owners named."""
    for owner, port in ports.by_owner().items():
        wanted = owners is None or owner.removesuffix("-health").removesuffix("-peer") in owners
        if wanted and not is_free(port):
            return owner, port
    return None


def free_port() -> int:
    """A port that is free at this moment, below the system's own ephemeral ports.

    Raises:
        RuntimeError: none of 50 tries was free.
    """
    for _ in range(50):
        port = random.randrange(20_000, 32_000)  # noqa: S311 - spreads stacks of parallel tests, protects nothing
        if is_free(port):
            return port
    message = "no free port was found"
    raise RuntimeError(message)


def free_base(replicas: Mapping[str, int] | None = None) -> int:
    """A base port whose whole range is free at this moment, below the system's own ephemeral ports.

    Raises:
        RuntimeError: none of 50 tries was free.
    """
    for _ in range(50):
        base = random.randrange(20_000, 32_000, 16)  # noqa: S311 - spreads stacks of parallel tests, protects nothing
        if first_busy(Ports(base, replicas or {})) is None:
            return base
    message = "no free range of ports was found"
    raise RuntimeError(message)

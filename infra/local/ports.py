"""Where each part of the stack listens: one base port, and fixed distances from it."""

import random
import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
DEFAULT_BASE = 8400
SERVICES = ("catalog", "compliance", "deployer", "community", "gateway")

_ISSUER = 1
_FIRST_HEALTH = 2
_BROKER = 10
_DATABASE = 11
_LOWEST_BASE = 1024  # below it, ports belong to the system
_HIGHEST_BASE = 65535 - _DATABASE


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one stack; `base` is the public one, the gateway's."""

    base: int = DEFAULT_BASE

    def __post_init__(self) -> None:
        """Refuse a base that leaves no room for the others.

        Raises:
            ValueError: the base is below 1024 or so high that a port would not exist.
        """
        if not _LOWEST_BASE <= self.base <= _HIGHEST_BASE:
            message = f"the port must lie between {_LOWEST_BASE} and {_HIGHEST_BASE}, not be {self.base}"
            raise ValueError(message)

    @property
    def issuer(self) -> int:
        """The identity issuer's port."""
        return self.base + _ISSUER

    def health(self, service: str) -> int:
        """The port on which a service answers `/health`, `/ready` and `/metrics`."""
        return self.base + _FIRST_HEALTH + SERVICES.index(service)

    @property
    def broker(self) -> int:
        """The Kafka protocol's port."""
        return self.base + _BROKER

    @property
    def database(self) -> int:
        """The MongoDB protocol's port."""
        return self.base + _DATABASE

    def by_owner(self) -> dict[str, int]:
        """Every port, named by the part that listens on it."""
        health = {f"{service}-health": self.health(service) for service in SERVICES}
        return {
            "gateway": self.base,
            "issuer": self.issuer,
            **health,
            "broker": self.broker,
            "database": self.database,
        }


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
        wanted = owners is None or owner.removesuffix("-health") in owners
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


def free_base() -> int:
    """A base port whose whole range is free at this moment, below the system's own ephemeral ports.

    Raises:
        RuntimeError: none of 50 tries was free.
    """
    for _ in range(50):
        base = random.randrange(20_000, 32_000, 16)  # noqa: S311 - spreads stacks of parallel tests, protects nothing
        if first_busy(Ports(base)) is None:
            return base
    message = "no free range of ports was found"
    raise RuntimeError(message)

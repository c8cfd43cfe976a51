"""What the network policies of a deployment let its pods reach. Pure; both adapters read it from the same objects.

NetworkPolicy knows addresses and ports, no names: whether `db.example.org` is among the addresses cannot be told from
it, so the answer is `may` and never `can`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Rule:
    """Ports, as ranges, towards addresses; no ports means all, no addresses means pods or anywhere."""

    ports: tuple[tuple[int, int], ...] = ()
    addresses: tuple[str, ...] = ()

    def may_reach(self, host: str, port: int) -> bool:
        """Whether this rule may let a connection through."""
        if self.ports and not any(first <= port <= last for first, last in self.ports):
            return False
        return not self.addresses or not _is_address(host) or any(_within(host, one) for one in self.addresses)


@dataclass(frozen=True, slots=True)
class Egress:
    """Everything that is let out; nothing when there is no rule."""

    rules: tuple[Rule, ...] = ()

    def may_reach(self, host: str, port: int) -> bool:
        """Whether some rule may let a connection through."""
        return any(rule.may_reach(host, port) for rule in self.rules)


def egress_of(policies: Iterable[Mapping[str, Any]]) -> Egress | None:
    """What the NetworkPolicy objects of a deployment let out together; None when none of them limits it."""
    limiting = [one["spec"] for one in policies if "Egress" in one["spec"].get("policyTypes", ())]
    if not limiting:
        return None
    return Egress(tuple(_rule(rule) for spec in limiting for rule in spec.get("egress", ())))


def _rule(rule: Mapping[str, Any]) -> Rule:
    blocks = [peer["ipBlock"]["cidr"] for peer in rule.get("to", ()) if "ipBlock" in peer]
    only_blocks = len(blocks) == len(rule.get("to", ()))
    return Rule(tuple(_ports(rule.get("ports", ()))), tuple(blocks) if only_blocks else ())


def _ports(ports: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """A port by name may be any number."""
    for one in ports:
        number = one.get("port")
        if isinstance(number, int):
            yield number, int(one.get("endPort", number))
        else:
            yield 1, MAX_PORT


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _within(host: str, cidr: str) -> bool:
    return ip_address(host) in ip_network(cidr, strict=False)

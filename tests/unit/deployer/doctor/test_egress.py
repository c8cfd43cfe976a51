"""What the policies of a deployment may let out, as far as they say it."""

from typing import Any

import pytest

from services.deployer.domain.egress import Egress, egress_of


def policy(*egress: dict[str, Any]) -> dict[str, Any]:
    """A NetworkPolicy that limits what goes out."""
    return {"spec": {"policyTypes": ["Egress"], "egress": list(egress)}}


def test_without_a_policy_nothing_is_forbidden() -> None:
    """A policy about what comes in says nothing about what goes out."""
    assert egress_of([{"spec": {"policyTypes": ["Ingress"]}}]) is None
    assert egress_of([policy()]) == Egress()


@pytest.mark.parametrize(
    ("rule", "host", "port", "may"),
    [
        ({}, "db.example.org", 5432, True),
        ({"ports": [{"port": 443}]}, "db.example.org", 443, True),
        ({"ports": [{"port": 443}]}, "db.example.org", 5432, False),
        ({"ports": [{"port": 5000, "endPort": 6000}]}, "db.example.org", 5432, True),
        ({"ports": [{"port": "postgres"}]}, "db.example.org", 5432, True),
        ({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, "10.1.2.3", 5432, True),
        ({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, "192.0.2.1", 5432, False),
        ({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, "db.example.org", 5432, True),
        ({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"podSelector": {}}]}, "192.0.2.1", 5432, True),
    ],
)
def test_a_rule_lets_out_what_it_may(rule: dict[str, Any], host: str, port: int, may: bool) -> None:  # noqa: FBT001
    """By port and address; a name may be any address, so nobody is accused of it."""
    found = egress_of([policy(), policy(rule)])
    assert found is not None
    assert found.may_reach(host, port) is may

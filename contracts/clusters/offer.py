"""What an environment of a cluster offers to those who deploy in it: an address, room, and how strict it is."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from contracts.apps.values import ByteQuantity, CpuQuantity
from contracts.compliance.level import PolicyLevel
from contracts.identifiers import DnsLabel
from contracts.noun import Noun

Domain = Annotated[
    str,
    StringConstraints(
        max_length=120, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,8}$"
    ),
]
"""Short enough that a deployment's host under it has at most 253 characters."""


class Quota(Noun):
    """What a team may ask in all in its namespace (a ResourceQuota). What is absent is not limited."""

    cpu: CpuQuantity | None = None
    memory: ByteQuantity | None = None
    gpus: Annotated[int, Field(ge=0)] | None = None
    pods: Annotated[int, Field(ge=0)] | None = None
    storage: ByteQuantity | None = None


class Gateway(Noun):
    """A Gateway of the Gateway API that takes routes from every team's namespace."""

    name: DnsLabel
    namespace: DnsLabel


class Offer(Noun):
    """What is absent is not offered. Under `domain` a deployment gets an address by the gateway, else by an Ingress.

    An Ingress gets its certificate by `certificate_issuer`, a ClusterIssuer of cert-manager; a gateway has its own.
    """

    domain: Domain | None = None
    gateway: Gateway | None = None
    ingress_class: DnsLabel | None = None
    certificate_issuer: DnsLabel | None = None
    quota: Quota | None = None
    policy_level: PolicyLevel = PolicyLevel.STRICT
    """How strictly compliance judges what is deployed here. Strict unless the operator says otherwise."""

    @model_validator(mode="after")
    def _has_a_way_in(self) -> "Offer":
        if self.domain is not None and self.gateway is None and self.ingress_class is None:
            message = "a domain needs a gateway or an ingressClass"
            raise ValueError(message)
        return self

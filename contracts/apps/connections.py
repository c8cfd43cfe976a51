"""Whom an app talks to and who may talk to it, beside the people who reach its public ports. All else is denied."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from contracts.apps.values import Cidr, DataKey, EnvName, PortNumber
from contracts.identifiers import DnsLabel
from contracts.noun import Noun


class Destination(Noun):
    """A place that pods may open TCP connections to: a network, a namespace, or a deployment of the same namespace."""

    cidr: Cidr | None = None
    namespace: DnsLabel | None = None
    deployment: DnsLabel | None = None
    ports: Annotated[tuple[PortNumber, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _names_one_place(self) -> "Destination":
        if sum(place is not None for place in (self.cidr, self.namespace, self.deployment)) != 1:
            message = "a destination is one of: cidr, namespace, deployment"
            raise ValueError(message)
        return self


class Caller(Noun):
    """Who may open a port that is not public, by its name: the pods of a namespace, or a deployment of its own."""

    port: DnsLabel
    namespace: DnsLabel | None = None
    deployment: DnsLabel | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "Caller":
        if (self.namespace is None) == (self.deployment is None):
            message = "a caller is one of: namespace, deployment"
            raise ValueError(message)
        return self


class NeedKind(StrEnum):
    """What an app may need beside itself."""

    POSTGRESQL = "postgresql"
    REDIS = "redis"
    S3 = "s3"
    LLM = "llm"


class Need(Noun):
    """Something an app needs that is not its own, bound by reference: environment variable → key of a Secret.

    The Secret, or ConfigMap, has the name of `secret` or `config`, else that of the need, and stands in the
    deployment's namespace; what it holds is never in a description. Unless `required`, pods start without it.
    """

    name: DnsLabel
    kind: NeedKind
    secret: DnsLabel | None = None
    config: DnsLabel | None = None
    env: Annotated[dict[EnvName, DataKey], Field(min_length=1, max_length=16)]
    required: bool = True
    at: Destination | None = None
    """Where it listens, so that pods may reach it."""

    @model_validator(mode="after")
    def _is_bound_once(self) -> "Need":
        if self.secret is not None and self.config is not None:
            message = "a need is bound to a secret or to a config, not to both"
            raise ValueError(message)
        return self

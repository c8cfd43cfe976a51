"""What somebody may want of a deployment that is there, as the API and the pages' forms take it.

After it: `changes`, which accepts it.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from contracts.apps.values import EnvValue
from contracts.deployments.requests import DeploymentRequested
from contracts.identifiers import DnsLabel, SourceName, VersionTag
from services.gateway.api.deadline import DecideWithin
from services.gateway.api.deployments import Replicas
from services.gateway.api.problems import Problem
from services.gateway.api.secrets_given import ChangedSecrets
from services.gateway.api.shapes import FieldError, Taken


class DeploymentChange(Taken):
    """What shall be otherwise; what is not named stays. A parameter that is null goes back to the version's default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"version": "1.19.0"},
                {"parameters": {"log-level": "debug", "workers": None}},
                {"replicas": 3},
            ]
        }
    )

    version: Annotated[VersionTag | None, Field(description="The version to go to")] = None
    parameters: Annotated[
        dict[DnsLabel, EnvValue | None],
        Field(max_length=32, description="Settings by name, each a text; null for the version's own value"),
    ] = {}
    secrets: ChangedSecrets = {}
    replicas: Annotated[Replicas | None, Field(description="Pods; null leaves their number to the version")] = None
    decide_within: DecideWithin = None

    def applied_to(self, base: DeploymentRequested, ids: Mapping[str, str]) -> DeploymentRequested:
        """The whole request with this change; `ids` are those of the secrets that were given."""
        taken_back = {name for name, value in self.secrets.items() if value is None}
        secrets = {name: one for name, one in {**base.secrets, **ids}.items() if name not in taken_back}
        merged = {name: value for name, value in {**base.parameters, **self.parameters}.items() if value is not None}
        replicas = self.replicas if "replicas" in self.model_fields_set else base.replicas
        return base.model_copy(
            update={
                "version": self.version or base.version,
                "parameters": merged,
                "secrets": secrets,
                "replicas": replicas,
            }
        )


class DeploymentDeclared(Taken):
    """What shall be, whole: what is not named goes back to the version's default.

    A secret with a value is given anew; one that is null stays as it was given; one that is not named is taken back.
    Without `declaredBy` whoever declared it stays the same.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"version": "1.19.0", "parameters": {"log-level": "info"}, "declaredBy": "data/deployments"}]
        }
    )

    version: VersionTag
    parameters: Annotated[dict[DnsLabel, EnvValue], Field(max_length=32)] = {}
    secrets: ChangedSecrets = {}
    replicas: Annotated[Replicas | None, Field(description="Pods; null leaves their number to the version")] = None
    declared_by: SourceName | None = None
    decide_within: DecideWithin = None

    def applied_to(self, base: DeploymentRequested, ids: Mapping[str, str]) -> DeploymentRequested:
        """The whole request; `ids` are those of the secrets that were given. Raises the problem invalid-fields."""
        kept = [name for name, value in self.secrets.items() if value is None]
        if missing := [name for name in kept if name not in base.secrets]:
            errors = [FieldError(f"secrets.{name}", "secret-not-given", "secret.not_given", {}) for name in missing]
            raise Problem("invalid-fields", errors=errors)
        return base.model_copy(
            update={
                "version": self.version,
                "parameters": dict(self.parameters),
                "secrets": {name: base.secrets[name] for name in kept} | dict(ids),
                "replicas": self.replicas,
                "declared_by": self.declared_by or base.declared_by,
            }
        )


class RollBack(Taken):
    """Where to go back to; without a revision the last one that was healthy before what runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1}, {}]})

    revision: Annotated[int, Field(ge=1)] | None = None
    decide_within: DecideWithin = None


class Pause(Taken):
    """That nothing of it runs until it is resumed; its data, address and settings stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Resume(Taken):
    """That it runs again, as it was asked: its own number of pods, or its autoscaling."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"decideWithin": 30}]})

    decide_within: DecideWithin = None


class Restart(Taken):
    """That every pod is replaced."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"decideWithin": 30}]})

    decide_within: DecideWithin = None

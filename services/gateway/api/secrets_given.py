"""Secret parameters in a request: values that are taken, sealed and never told again.

A value is a `SecretStr`: neither a log nor an error shows it. There is no way to read one back over the API.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from contracts.deployments.environment import Environment
from contracts.identifiers import DnsLabel
from services.gateway.accept.sealing import LARGEST_VALUE, NewSecrets, new_secrets
from services.gateway.api.problems import Problem
from services.gateway.ports import World


def _usable(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text:
        message = "nothing in it"
        raise PydanticCustomError("string_too_short", message, {"text": "secret.empty"})
    if "\0" in text:
        message = "no text"
        raise PydanticCustomError("parameter-text", message, {"text": "parameter.text"})
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_VALUE:
        message = "at most {count} bytes"
        raise PydanticCustomError("string_too_long", message, {"text": "secret.too_large", "count": LARGEST_VALUE})
    return value


SecretValue = Annotated[SecretStr, AfterValidator(_usable)]
GivenSecrets = Annotated[dict[DnsLabel, SecretValue], Field(max_length=32)]
ChangedSecrets = Annotated[dict[DnsLabel, SecretValue | None], Field(max_length=32)]


async def secrets_given(secrets: Mapping[str, SecretStr], environment: Environment, world: World) -> NewSecrets | None:
    """What was given, with ids and the cluster's key; None when nothing was. Raises no-sealing-key."""
    if not secrets:
        return None
    key = await world.models.sealing_key(environment.cluster)
    if key is None:
        raise Problem("no-sealing-key")
    return new_secrets({name: value.get_secret_value() for name, value in secrets.items()}, key)

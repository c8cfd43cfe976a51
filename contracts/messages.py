"""Every message there is, so that a reader knows each type on a topic, also those it does nothing with."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import contracts
from contracts.payload import Payload


@cache
def all_messages() -> Mapping[str, type[Payload]]:
    """CloudEvents type → class, from every module of the contracts."""
    for module in walk_packages(contracts.__path__, "contracts."):
        import_module(module.name)
    return Payload.registry

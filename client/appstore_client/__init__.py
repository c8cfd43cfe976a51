"""The App Store from Python: what a person can do in the browser, a program can do with `AppStore`.

Before it: the gateway's HTTP API. After it: the command `appstore`, the demo, and programs of others. It depends on
nothing else of the platform. Names are loaded when first used, so that `appstore --help` need not wait for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appstore_client.app_store import AppStore
    from appstore_client.follow import follow_operation
    from appstore_client.problem import Problem, Unreachable
    from appstore_client.resources.events import Reset
    from appstore_client.tokens import FixedToken, TokenSource

_HOMES = {
    "AppStore": "app_store",
    "FixedToken": "tokens",
    "Problem": "problem",
    "Reset": "resources.events",
    "TokenSource": "tokens",
    "Unreachable": "problem",
    "follow_operation": "follow",
}

__all__ = ["AppStore", "FixedToken", "Problem", "Reset", "TokenSource", "Unreachable", "follow_operation"]


def __getattr__(name: str) -> object:
    """Load the module that a name lives in (PEP 562)."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""What an object says, in one short text: both clusters keep it beside what they applied.

So whoever looks later knows whether an object was changed by somebody else, or is to be written because we want
something else. Values of Secrets are in no digest: that of a short one could be guessed.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

_SECRET = "Secret"  # noqa: S105 - a kind
_SECRET_VALUES = ("data", "stringData")


def digest_of(manifest: Mapping[str, Any]) -> str:
    """What the manifest says, in 32 hexadecimal digits."""
    hidden = _SECRET_VALUES if is_secret(manifest) else ()
    told = {name: value for name, value in manifest.items() if name not in hidden}
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def is_secret(manifest: Mapping[str, Any]) -> bool:
    """Whether nobody may be told what is in it."""
    return bool(manifest["kind"] == _SECRET)

"""The key that signs every token: made once in the data folder and kept, so tokens outlive a restart."""

import json
from pathlib import Path

from joserfc.jwk import ECKey, KeySet

from infra.local.issuer.secret_files import write_private

ALGORITHM = "ES256"
"""ECDSA on P-256 (RFC 7518 section 3.4), among the algorithms the Dutch OpenID Connect profile allows."""


def load_signing_key(path: Path) -> KeySet:
    """Return the key set with one private key; `kid` is the key's thumbprint (RFC 7638)."""
    if not path.exists():
        made = ECKey.generate_key("P-256", private=True, auto_kid=True)
        write_private(path, json.dumps(made.as_dict(private=True)))
    key = ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    return KeySet([key])


def public_keys(keys: KeySet) -> dict[str, list[dict[str, object]]]:
    """Return the JWKS document (RFC 7517 section 5) others check signatures with."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM} for key in keys.keys]}

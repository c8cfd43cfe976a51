"""Who may speak to the API server, each with a token of their own: an administrator, the parts, and the deployer.

The API server reads the tokens once, at its start. The deployer's account is in no group and may do nothing until a
Role is bound to its name.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from infra.kubernetes.home import PlaneHome, write_secret

ADMINISTRATOR = "admin"
DEPLOYER = "appstore-deployer"
# Kubernetes binds the roles of its own parts to these names; kwok stands in for every kubelet and needs much.
_GROUPS = {
    ADMINISTRATOR: "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
    "kwok": "system:masters",
    DEPLOYER: "",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One user: its name in Kubernetes, its bearer token and a kubeconfig file that carries it."""

    name: str
    token: str
    kubeconfig: Path


def tokens_file(home: PlaneHome) -> Path:
    """The API server's list of tokens: token, user, uid and groups, one a line."""
    return home.credentials / "tokens.csv"


def keep_accounts(home: PlaneHome, address: str, authority: Path) -> dict[str, Account]:
    """Every account by its name; tokens stay what they were, the kubeconfig files are written for this address."""
    tokens = _read(tokens_file(home))
    if tokens.keys() != _GROUPS.keys():
        tokens = {name: secrets.token_urlsafe(32) for name in _GROUPS}
        lines = (f'{token},{name},{name},"{_GROUPS[name]}"\n' for name, token in tokens.items())
        write_secret(tokens_file(home), "".join(lines))
    accounts = {}
    for name, token in tokens.items():
        file = home.credentials / f"{name.replace(':', '-')}.kubeconfig"
        # JSON is YAML, and every client reads it.
        write_secret(file, json.dumps(kubeconfig(name, token, address, authority), indent=1) + "\n")
        accounts[name] = Account(name, token, file)
    return accounts


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: token for token, name, *_ in rows}


def kubeconfig(name: str, token: str, address: str, authority: Path) -> dict[str, object]:
    """What a kubeconfig file says for one account on this cluster."""
    here = "appstore-test"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": here, "cluster": {"server": address, "certificate-authority": str(authority)}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": here, "context": {"cluster": here, "user": name}}],
        "current-context": here,
    }

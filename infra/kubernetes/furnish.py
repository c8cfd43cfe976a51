"""Make the stack's own cluster fit for the app store: nodes, a storage class, the deployer's role and its account.

A part of the stack that is done when it ends (`in_the_stack`). The deployer then works as the service account that
`rbac.yaml` names, with the rights that stand there and no more, as it would on a cluster of yours.
"""

import argparse
import asyncio
import json
import ssl
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml

from infra.kubernetes.accounts import ADMINISTRATOR, Account, keep_accounts, kubeconfig
from infra.kubernetes.certificates import keep_certificates
from infra.kubernetes.home import PlaneHome, write_secret
from infra.kubernetes.nodes import Nodes, NodeSize
from infra.local.ready import NotReady

HERE = Path(__file__).parent
MANIFESTS = (HERE / "storage.yaml", HERE / "rbac.yaml")
NODES = (NodeSize(), NodeSize(), NodeSize(gpus=1))
ACCOUNT, NAMESPACE = "appstore-deployer", "appstore"
TOKEN_SECONDS = 365 * 24 * 3600
"""The token is made anew at each start of the stack."""
_WITHIN = 60.0  # seconds until nodes are ready; on a busy machine it takes ten times the usual
_LOOK = 0.1
_PLACES = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/{namespace}/serviceaccounts",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings",
}


async def furnish(place: PlaneHome, server: str, account_file: Path) -> None:
    """Bring the cluster at `server` to that; the same again changes nothing but the token.

    Raises:
        NotReady: no node is ready within a minute.
        httpx.HTTPError: the API server refuses or does not answer.
    """
    authority = keep_certificates(place).authority
    administrator = keep_accounts(place, server, authority)[ADMINISTRATOR]
    trusted = ssl.create_default_context(cafile=authority)
    headers = {"Authorization": f"Bearer {administrator.token}"}
    async with httpx.AsyncClient(base_url=server, verify=trusted, headers=headers, trust_env=False) as api:
        await _give_nodes(server, trusted, administrator)
        for manifest in manifests():
            await _apply(api, manifest)
        token = await _token(api)
    write_secret(account_file, json.dumps(kubeconfig(ACCOUNT, token, server, authority), indent=1) + "\n")


def manifests() -> list[dict[str, Any]]:
    """What is applied, in order."""
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


async def _give_nodes(server: str, trusted: ssl.SSLContext, administrator: Account) -> None:
    nodes, deadline = Nodes(server, trusted, administrator), time.monotonic() + _WITHIN
    try:
        await nodes.make(NODES)
        while True:
            try:
                await nodes.look()
            except NotReady:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_LOOK)
            else:
                return
    finally:
        await nodes.close()


async def _apply(api: httpx.AsyncClient, manifest: dict[str, Any]) -> None:
    metadata = manifest["metadata"]
    place = _PLACES[manifest["kind"]].format(namespace=metadata.get("namespace"))
    query = {"fieldManager": "appstore-stack", "force": "true"}
    patch = {"Content-Type": "application/apply-patch+yaml"}
    path = f"{place}/{metadata['name']}"
    answer = await api.patch(path, params=query, content=json.dumps(manifest), headers=patch)
    answer.raise_for_status()


async def _token(api: httpx.AsyncClient) -> str:
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    answer = await api.post(path, json=asked)
    answer.raise_for_status()
    return str(answer.json()["status"]["token"])


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 1 when the cluster can't be furnished."""
    arguments = argparse.ArgumentParser(prog="python -m infra.kubernetes.furnish", description=__doc__)
    arguments.add_argument("--home", type=Path, required=True, help="the control plane's folder")
    arguments.add_argument("--server", required=True, help="https://host:port of the API server")
    arguments.add_argument("--account", type=Path, required=True, help="the kubeconfig file to write for the deployer")
    given = arguments.parse_args(argv)
    try:
        asyncio.run(furnish(PlaneHome(given.home), given.server, given.account))
    except (httpx.HTTPError, NotReady) as error:
        sys.stderr.write(f"the cluster can't be furnished: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

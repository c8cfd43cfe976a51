"""Whether a cluster of somebody's own can be deployed to: it answers, gives every right, and its offers can be read.

`make up` asks it before anything starts (`infra/local/clusters.py`); `python -m infra.kubernetes.check` asks it alone.
It looks through the deployer's own settings and connection, so that what it finds is what the deployer would.
"""

import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from chassis.errors import NotNow
from infra.kubernetes.shipped_roles import Role, roles_in, roles_over_the_cluster
from services.deployer.adapters.kubernetes.access import Access, AccessError
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.facts import ClusterFacts
from services.deployer.adapters.kubernetes.pace import Pace
from services.deployer.adapters.kubernetes.rights import Right, missing, rights_of, who_asks
from services.deployer.cluster_choice import access_by, offers_by, reach_by
from services.deployer.settings import DeployerSettings

_LARGEST = 1024 * 1024  # bytes of a kubeconfig file
_PER_SECOND = 100


class ClusterUnfitError(Exception):
    """It can't be deployed to; the text says why and what to do, in lines for a person."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A cluster that can be deployed to: its id, what it calls the account, its version, nodes and environments."""

    cluster: str
    account: str
    version: str
    nodes: int
    environments: tuple[str, ...]


async def check() -> Fit:
    """Look at the cluster that the deployer's settings in the environment name. Raises ClusterUnfitError."""
    settings = _settings()
    if settings.kubeconfig is not None:
        check_kubeconfig(settings.kubeconfig, settings.kube_context)
    try:
        offers = offers_by(settings)
    except ValueError as error:
        raise ClusterUnfitError(f"The offers can't be used: {error}") from error
    access = access_by(settings)
    connection = Connection(access, Pace(_PER_SECOND, _PER_SECOND, time.monotonic))
    try:
        account = await who_asks(connection)
        lacking = await missing(connection, rights_of(_roles(settings)))
        if lacking:
            raise ClusterUnfitError(_told(account, lacking))
        facts = await ClusterFacts(connection, settings.cluster_name, offers, reach_by(settings)).current()
    except NotNow as error:
        where = await _address(access)
        raise ClusterUnfitError(f"The cluster{where} can't be asked: {error}. Does kubectl get nodes work?") from error
    except ApiRefused as error:
        raise ClusterUnfitError(f"The cluster refuses to answer: {error.message or error.status}") from error
    finally:
        await connection.close()
    return Fit(facts.cluster, account, facts.kubernetes_version, len(facts.nodes), facts.environments)


def _roles(settings: DeployerSettings) -> list[Role]:
    if settings.cluster_namespaces:
        return roles_in(settings.cluster_namespaces, settings.cluster_lease_namespace)
    return roles_over_the_cluster()


async def _address(access: Access) -> str:
    try:
        return f" at {(await access.configuration()).host}"
    except AccessError:
        return ""


def check_kubeconfig(named: Path, context: str) -> None:
    """Look at the file before anybody is asked. Raises ClusterUnfitError, with nothing of what is secret in it."""
    contexts: set[str] = set()
    current = ""
    for file in map(Path, str(named).split(os.pathsep)):
        found = _read(file)
        listed = found.get("contexts")
        contexts |= {str(one["name"]) for one in listed if "name" in one} if isinstance(listed, list) else set()
        current = current or str(found.get("current-context") or "")
    known = f"It has: {', '.join(sorted(contexts)) or 'none'}."
    if context and context not in contexts:
        raise ClusterUnfitError(f"The kubeconfig file {named} has no context {context}. {known}")
    if not context and current not in contexts:
        raise ClusterUnfitError(f"The kubeconfig file {named} has no current context: set KUBE_CONTEXT. {known}")


def _settings() -> DeployerSettings:
    try:
        return DeployerSettings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ClusterUnfitError(f"The deployer's settings can't be used: {first['msg']}") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST:
            raise ClusterUnfitError(f"The kubeconfig file {file} is larger than {_LARGEST} bytes.")
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ClusterUnfitError(f"The kubeconfig file {file} can't be read: {error.strerror}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        # What YAML says of a mistake shows the line, which may be a token.
        raise ClusterUnfitError(f"The kubeconfig file {file} is no YAML.") from error
    if not isinstance(found, dict):
        raise ClusterUnfitError(f"The kubeconfig file {file} describes no cluster.")
    return found


def _told(account: str, lacking: Iterable[Right]) -> str:
    verbs: dict[str, list[str]] = defaultdict(list)
    for right in lacking:
        verbs[right.where].append(right.verb)
    lines = [f"The account {account} lacks rights in the cluster:"]
    lines += [f"  {', '.join(each)}: {where}" for where, each in verbs.items()]
    lines += ["Who may can give them to the account in that file: kubectl apply -f infra/kubernetes/rbac.yaml"]
    return "\n".join(lines)


def said_of(fit: Fit) -> str:
    """The cluster in one line."""
    return (
        f"Kubernetes {fit.version} with {fit.nodes} nodes, as {fit.account}; "
        f"environments: {', '.join(fit.environments)}"
    )


def main() -> int:
    """Say whether the cluster is fit; 1 when not."""
    try:
        sys.stdout.write(f"It can be deployed to: {said_of(asyncio.run(check()))}\n")
    except ClusterUnfitError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

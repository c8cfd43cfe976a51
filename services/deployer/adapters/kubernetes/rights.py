"""Which rights an account lacks: each right of a role is asked of the API server, which alone knows.

`infra/kubernetes/check.py` asks it with the role that is shipped, before the stack acts on somebody's cluster.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.deployer.adapters.kubernetes.connection import Connection

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Right:
    """One verb on one resource; in every namespace when none is named, on every object when none is."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""

    @property
    def where(self) -> str:
        """The resource as kubectl writes it, with what narrows it down."""
        named = f"{self.resource}.{self.group}" if self.group else self.resource
        named += f"/{self.name}" if self.name else ""
        return f"{named} in {self.namespace}" if self.namespace else named


def rights_of(manifests: Iterable[Mapping[str, Any]]) -> Iterator[Right]:
    """Every right that the ClusterRoles and Roles among these give."""
    for manifest in manifests:
        if manifest["kind"] not in {"ClusterRole", "Role"}:
            continue
        namespace = manifest["metadata"].get("namespace", "")
        for rule in manifest["rules"]:
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        for name in rule.get("resourceNames") or ("",):
                            yield Right(verb, group, resource, namespace, name)


async def missing(connection: Connection, rights: Iterable[Right]) -> tuple[Right, ...]:
    """Those that the account does not have. Raises NotNow, ApiRefused."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def allowed(right: Right) -> bool:
        async with turn:
            return await _allowed(connection, right)

    asked = tuple(dict.fromkeys(rights))
    answers = await asyncio.gather(*map(allowed, asked))
    return tuple(right for right, answer in zip(asked, answers, strict=True) if not answer)


async def who_asks(connection: Connection) -> str:
    """What the API server calls the account. Raises NotNow, ApiRefused."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = await connection.request("POST", _WHO, None, review)
    return str(answer["status"]["userInfo"].get("username", ""))


async def _allowed(connection: Connection, right: Right) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
        "namespace": right.namespace,
        "name": right.name,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
    }
    answer = await connection.request("POST", _REVIEWS, None, review)
    return bool(answer["status"].get("allowed"))

"""Who may do what: roles are the API server's own, and nobody has any by accident."""

import pytest
from kubernetes_asyncio.client import (
    ApiClient,
    CoreV1Api,
    RbacAuthorizationV1Api,
    RbacV1Subject,
    V1ObjectMeta,
    V1PolicyRule,
    V1Role,
    V1RoleBinding,
    V1RoleRef,
)
from kubernetes_asyncio.client.exceptions import ApiException

from infra.kubernetes.control_plane import ControlPlane
from tests.e2e.eventually import eventually
from tests.kubernetes.cluster_client import apply, client_of, deployment

RBAC = "rbac.authorization.k8s.io"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_token_without_a_role_may_do_nothing(cluster: ControlPlane, namespace: str) -> None:
    """The deployer's account is known, and refused for every read and write until a role is bound to it."""
    async with client_of(cluster, cluster.deployer.token) as theirs:
        with pytest.raises(ApiException) as reading:
            await CoreV1Api(theirs).list_namespaced_pod(namespace)
        with pytest.raises(ApiException) as writing:
            await apply(theirs, namespace, deployment("refused"))
    assert (reading.value.status, writing.value.status) == (403, 403)
    assert cluster.deployer.name in str(reading.value.body)


async def test_a_role_gives_exactly_what_it_names(cluster: ControlPlane, api: ApiClient, namespace: str) -> None:
    """Bound to a role that reads pods, the account reads pods, and still no secrets."""
    rbac, name = RbacAuthorizationV1Api(api), V1ObjectMeta(name="reader")
    rule = V1PolicyRule(api_groups=[""], resources=["pods"], verbs=["list"])
    await rbac.create_namespaced_role(namespace, V1Role(metadata=name, rules=[rule]))
    binding = V1RoleBinding(
        metadata=name,
        role_ref=V1RoleRef(api_group=RBAC, kind="Role", name="reader"),
        subjects=[RbacV1Subject(api_group=RBAC, kind="User", name=cluster.deployer.name)],
    )
    await rbac.create_namespaced_role_binding(namespace, binding)
    async with client_of(cluster, cluster.deployer.token) as theirs:
        core = CoreV1Api(theirs)

        async def answer() -> int:
            try:
                await core.list_namespaced_pod(namespace)
            except ApiException as refusal:
                return int(refusal.status)
            return 200

        # The API server learns of a new binding by watching, a moment later.
        await eventually(answer, lambda status: status == 200, 10.0, "the role counts")
        with pytest.raises(ApiException) as refused:
            await core.list_namespaced_secret(namespace)
    assert refused.value.status == 403


async def test_an_unknown_token_is_nobody(cluster: ControlPlane) -> None:
    """A token that the API server does not know is refused before any role is looked at."""
    async with client_of(cluster, "made-up") as stranger:
        with pytest.raises(ApiException) as refused:
            await CoreV1Api(stranger).list_node()
    assert refused.value.status == 401

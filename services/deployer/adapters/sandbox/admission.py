"""What the cluster's admission policies say of an object, worded as the API server words it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import AdmissionPolicy
from services.deployer.ports import ObjectRefused


def admit(manifest: Mapping[str, Any], policies: Iterable[AdmissionPolicy]) -> None:
    """Raises ObjectRefused when a policy does not let an object through."""
    if manifest["kind"] != "Deployment":
        return
    name = manifest["metadata"]["name"]
    images = [container["image"] for container in manifest["spec"]["template"]["spec"]["containers"]]
    for policy in policies:
        if not all(image.startswith(policy.images) for image in images):
            message = (
                f"deployments.apps \"{name}\" is forbidden: ValidatingAdmissionPolicy '{policy.name}' with binding "
                f"'{policy.name}' denied request: {policy.message}"
            )
            raise ObjectRefused("Deployment", name, ".", message)

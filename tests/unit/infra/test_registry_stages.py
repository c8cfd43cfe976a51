"""kwok's stages with a registry that does not know every image; the control plane's own tests see kwok play them."""

from typing import Any

import yaml

from infra.kubernetes.registry_stages import TRIES, stages_with_registry

KWOK = """\
metadata: {name: pod-ready}
spec:
  selector: {matchExpressions: []}
  delay: {durationMilliseconds: 1000, jitterDurationMilliseconds: 5000, durationFrom: {expressionFrom: kept}}
---
metadata: {name: node-initialize}
spec: {selector: {matchExpressions: []}}
"""


def played(*images: str) -> dict[str, dict[str, Any]]:
    """The stages by their name."""
    stages = yaml.safe_load_all(stages_with_registry(KWOK, images))
    return {stage["metadata"]["name"]: stage["spec"] for stage in stages}


def test_a_pod_is_ready_soon_when_its_images_are_known() -> None:
    """A stage of its own is for pods without a missing image alone, and waits less than a second."""
    spec = played("registry.example/app:1")["pod-ready"]
    assert spec["delay"]["durationMilliseconds"] + spec["delay"]["jitterDurationMilliseconds"] < 1000
    assert spec["delay"]["durationFrom"] == {"expressionFrom": "kept"}
    missing = spec["selector"]["matchExpressions"][-1]
    assert missing["operator"] == "DoesNotExist"
    assert '"registry.example/app:1"' in missing["key"]
    assert played()["node-initialize"] == {"selector": {"matchExpressions": []}}


def test_an_image_that_is_missing_is_told_as_a_kubelet_does() -> None:
    """The Event that the doctor counts, the two reasons by turns, and an annotation that makes each wait longer."""
    stages = played("registry.example/app:1")
    event, status, counted = stages["image-pull-fails"]["steps"]
    assert "Failed to pull image %q" in event["apply"]["template"]
    assert "reason: ErrImagePull\n" in status["patch"]["template"]
    assert TRIES in counted["patch"]["template"]
    assert TRIES in stages["image-pull-fails"]["delay"]["durationFrom"]["expressionFrom"]
    (back_off,) = stages["image-pull-waits"]["steps"]
    assert "reason: ImagePullBackOff\n" in back_off["patch"]["template"]

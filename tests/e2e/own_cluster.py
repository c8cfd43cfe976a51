"""The local cluster's files and one image more, ready at once, so that tests wait for the platform alone."""

from pathlib import Path
from typing import Any

import yaml

from infra.local.home import CHECKOUT

LOCAL = CHECKOUT / "infra" / "local"
QUICK = "demo.invalid/quick:1"
_IMAGE = f'\n  - {{image: "{QUICK}", sizeMebibytes: 1, startSeconds: 0.1}}\n'


def write_cluster(folder: Path, times: int = 1) -> Path:
    """Copy the cluster's file and its images, and add the quick image; `times` as many nodes, and as much quota."""
    (folder / "images.yaml").write_text((LOCAL / "images.yaml").read_text().rstrip() + _IMAGE)
    cluster = folder / "cluster.yaml"
    described = yaml.safe_load((LOCAL / "cluster.yaml").read_text())
    cluster.write_text(yaml.safe_dump(described | _larger(described, times)))
    return cluster


def _larger(described: dict[str, Any], times: int) -> dict[str, Any]:
    nodes = [{**node, "name": f"{node['name']}-{number}"} for number in range(times) for node in described["nodes"]]
    quota = described["quotas"]["default"]
    default = {**quota, "cpu": str(int(quota["cpu"]) * times), "pods": quota["pods"] * times}
    return {"nodes": nodes, "quotas": {**described["quotas"], "default": default}} if times > 1 else {}

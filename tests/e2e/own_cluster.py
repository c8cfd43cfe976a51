"""The local cluster's files and one image more, ready at once, so that tests wait for the platform alone."""

from pathlib import Path

from infra.local.home import CHECKOUT

LOCAL = CHECKOUT / "infra" / "local"
QUICK = "demo.invalid/quick:1"
_IMAGE = f'\n  - {{image: "{QUICK}", sizeMebibytes: 1, startSeconds: 0.1}}\n'


def write_cluster(folder: Path) -> Path:
    """Copy the cluster's file and its images to a folder, and add the quick image."""
    (folder / "images.yaml").write_text((LOCAL / "images.yaml").read_text().rstrip() + _IMAGE)
    cluster = folder / "cluster.yaml"
    cluster.write_text((LOCAL / "cluster.yaml").read_text())
    return cluster

"""The cluster's file: strict, with errors that name the place, and read again when it changed."""

import os
from pathlib import Path

import pytest

from chassis.yaml_file import YamlFileError
from contracts.clusters.offer import Offer
from services.deployer.adapters.sandbox.cluster_file import load_cluster_file
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from tests.unit.deployer.conftest import CLUSTER_FILE

SHIPPED = Path(__file__).parents[3] / "infra" / "local" / "cluster.yaml"


def written(folder: Path, text: str, *, second: int) -> Path:
    """The file with this text, as if it was saved at that second."""
    path = folder / "cluster.yaml"
    path.write_text(text)
    os.utime(path, (second, second))
    return path


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("name: sandbox", "name: Sand Box", "name"),
        ("kubernetesVersion:", "kubernetesversion:", "kubernetesVersion"),
        ("memory: 32Gi", "memory: 32 GB", "nodes.0.memory"),
        ("worker-2", "worker-1", "two nodes"),
        ("sizeMebibytes: 200", "sizeMebibytes: -1", "images.0.sizeMebibytes"),
        ("name: sandbox", "name: [", "cluster.yaml"),
        ("nodes:\n", "offers: {test: {policyLevel: none}}\nnodes:\n", "offers.test.policyLevel"),
    ],
)
def test_a_mistake_is_named_by_its_place(tmp_path: Path, before: str, after: str, place: str) -> None:
    """Whoever edits the file reads which field is wrong."""
    path = written(tmp_path, CLUSTER_FILE.read_text().replace(before, after), second=1)
    with pytest.raises(YamlFileError, match=place):
        load_cluster_file(path)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    """Without a cluster there is nothing to start."""
    with pytest.raises(YamlFileError, match=r"nowhere\.yaml"):
        WatchedClusterFile(tmp_path / "nowhere.yaml")


def test_an_edit_counts_at_the_next_look(tmp_path: Path) -> None:
    """No restart is needed."""
    text = CLUSTER_FILE.read_text()
    watched = WatchedClusterFile(written(tmp_path, text, second=1))
    written(tmp_path, text.replace("name: sandbox", "name: other"), second=2)
    assert watched.current().name == "other"


def test_while_an_edit_is_wrong_the_last_good_file_counts(tmp_path: Path) -> None:
    """A slip of the pen stops no rollout, and the next save is read."""
    text = CLUSTER_FILE.read_text()
    watched = WatchedClusterFile(written(tmp_path, text, second=1))
    written(tmp_path, "nodes: [", second=2)
    assert watched.current().name == "sandbox"
    assert watched.trouble is not None
    written(tmp_path, text.replace("name: sandbox", "name: other"), second=3)
    assert watched.current().name == "other"
    assert not watched.trouble


def test_images_come_from_the_named_files_too(tmp_path: Path) -> None:
    """A file of images beside the cluster's counts, and an edit of it is seen; the cluster's own entry wins."""
    images = tmp_path / "more.yaml"
    images.write_text('images: [{image: "a:1", sizeMebibytes: 5}, {image: "registry.test/hello:1", sizeMebibytes: 7}]')
    text = CLUSTER_FILE.read_text().replace("images:\n", "imagesFiles: [more.yaml]\nimages:\n")
    watched = WatchedClusterFile(written(tmp_path, text, second=1))
    assert watched.current().registry["a:1"].size_mebibytes == 5
    assert watched.current().registry["registry.test/hello:1"].size_mebibytes == 200
    images.write_text('images: [{image: "a:1", sizeMebibytes: 6}]')
    os.utime(images, (9, 9))
    assert watched.current().registry["a:1"].size_mebibytes == 6


def test_the_shipped_cluster_is_a_good_one() -> None:
    """The file the local stack starts with is valid; of the four environments of every team one is judged mildly."""
    cluster, _ = load_cluster_file(SHIPPED)
    assert cluster.environments == ("development", "test", "acceptance", "production")
    levels = {name: cluster.offers.get(name, Offer()).policy_level.value for name in cluster.environments}
    assert levels == {"development": "lenient", "test": "strict", "acceptance": "strict", "production": "strict"}
    assert len(cluster.nodes) == 3

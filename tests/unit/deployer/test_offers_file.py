"""The file that says which environments a real cluster has and what they offer."""

from pathlib import Path

import pytest

from chassis.yaml_file import YamlFileError
from infra.kubernetes.in_the_stack import OFFERS
from infra.local.home import CHECKOUT
from services.deployer.adapters.kubernetes.offers_file import OffersFile
from services.deployer.settings import DeployerSettings

GOOD = "offers: {test: {}, production: {domain: apps.example.org, ingressClass: nginx, quota: {cpu: '16'}}}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two environments."""
    path = tmp_path / "offers.yaml"
    path.write_text(GOOD)
    return path


def test_it_names_the_environments_in_its_order(file: Path) -> None:
    """One list says which there are and what each offers."""
    offers = OffersFile(file).current()
    assert list(offers) == ["test", "production"]
    assert offers["production"].domain == "apps.example.org"
    assert offers["test"].quota is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("offers: {}", "offers"),
        ("offers: {test: {domain: apps.example.org}}", "offers.test.*gateway or an ingressClass"),
        ("offers: {test: {quota: {cpus: 4}}}", "offers.test.quota.cpus"),
        ("offers: {Test: {}}", "offers.Test"),
        ("offers: [test", "offers.yaml"),
        ("environments: [test]", "offers"),
    ],
)
def test_a_mistake_is_named(file: Path, text: str, place: str) -> None:
    """The error says the file, the field and why; nothing is guessed."""
    file.write_text(text)
    with pytest.raises(YamlFileError, match=place):
        OffersFile(file)


def test_while_an_edit_is_wrong_the_last_good_one_counts(file: Path) -> None:
    """The next good one counts again."""
    offers = OffersFile(file)
    file.write_text("offers: nothing")
    assert list(offers.current()) == ["test", "production"]
    file.write_text("offers: {staging: {}}")
    assert list(offers.current()) == ["staging"]


def test_the_shipped_file_can_be_used() -> None:
    """What the stack's own control plane offers."""
    assert list(OffersFile(OFFERS).current()) == ["development", "test", "acceptance", "production"]


def test_the_file_of_the_guide_can_be_used(tmp_path: Path) -> None:
    """What somebody copies from there is taken as it stands."""
    guide = (CHECKOUT / "docs" / "guides" / "cluster.md").read_text(encoding="utf-8")
    block = guide.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "offers.yaml").write_text(block, encoding="utf-8")
    offers = OffersFile(tmp_path / "offers.yaml").current()
    assert list(offers) == ["test", "production"]
    assert offers["production"].domain == "apps.example.org"


def test_no_second_list_of_environments(file: Path) -> None:
    """The file and the setting can't both name them."""
    with pytest.raises(ValueError, match="do not set CLUSTER_ENVIRONMENTS"):
        DeployerSettings(offers_file=file, cluster_environments=("test",))

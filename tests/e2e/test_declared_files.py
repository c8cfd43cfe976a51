"""Deployments from files through the command line, on real processes: applied, again, changed, pruned, promoted."""

from pathlib import Path

import pytest
from appstore_client.models import Deployment

from tests.e2e.command import Terminal
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]
DECLARED = """\
apiVersion: appstore.nl/v1
kind: Deployment
metadata:
  name: {name}
spec:
  app: qdrant
  version: 1.19.0
  environment: test
  replicas: {replicas}
"""


async def _declared(person: Person) -> list[Deployment]:
    """Those of this test that stand."""
    return [one for one in await person.store.deployments.list() if one.name.startswith("declared-") and one.stands]


async def test_files_say_what_runs(demi: Person, terminal_of_demi: Terminal, tmp_path: Path) -> None:
    """Two are declared and run; again asks nothing; one is changed, one is gone, one is promoted."""
    folder = tmp_path / "declared"
    folder.mkdir()
    for name in ("declared-one", "declared-two"):
        (folder / f"{name}.yaml").write_text(DECLARED.format(name=name, replicas=1))
    mine = ("apply", "-f", str(folder), "--source", "e2e/declared", "--wait")
    first = await terminal_of_demi.appstore(*mine)
    assert first.code == 0, first.said

    again = await terminal_of_demi.appstore(*mine)
    assert again.code == 0, again.said
    assert "Nothing is asked" in again.out
    found = {
        one.name: one for one in await demi.store.deployments.list() if one.name.startswith("declared-") and one.stands
    }
    assert {(one.generation, one.status) for one in found.values()} == {(1, "succeeded")}

    (folder / "declared-two.yaml").unlink()
    (folder / "declared-one.yaml").write_text(DECLARED.format(name="declared-one", replicas=2))
    assert (await terminal_of_demi.appstore("diff", "-f", str(folder))).code == 1
    changed = await terminal_of_demi.appstore(*mine, "--prune", "--yes")
    assert changed.code == 0, changed.said
    one = await demi.store.deployments.get(found["declared-one"].id)
    assert one.running is not None
    assert (one.running.replicas, one.generation, one.asked and one.asked.declared_by) == (2, 2, "e2e/declared")
    assert (await demi.store.deployments.get(found["declared-two"].id)).removed

    exported = await terminal_of_demi.appstore("export", "declared-one")
    (folder / "declared-one.yaml").write_text(exported.out)
    assert (await terminal_of_demi.appstore("diff", "-f", str(folder))).code == 0

    promoted = await terminal_of_demi.appstore("promote", "declared-one", "--to", "acceptance", "--yes")
    assert promoted.code == 0, promoted.said
    there = {
        one.environment.name: one
        for one in await demi.store.deployments.list()
        if one.name == "declared-one" and one.stands
    }
    assert {(one.running.version, one.running.replicas) for one in there.values() if one.running} == {("1.19.0", 2)}
    assert set(there) == {"test", "acceptance"}
    for each in there.values():
        assert (await terminal_of_demi.appstore("remove", each.id)).code == 0

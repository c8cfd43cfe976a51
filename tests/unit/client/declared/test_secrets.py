"""A secret's value is read where its file says, only when it has to be given, and is in no mistake."""

from pathlib import Path

import pytest
from appstore_client.declared.declaration import Place, SecretSource
from appstore_client.declared.plan import Action, Choices, make_plan
from appstore_client.declared.promotion import as_it_runs, secrets_to_give
from appstore_client.declared.secrets import LARGEST, values_for
from appstore_client.models.deployment import Deployment

from tests.unit.client.declared.deployments import TOKEN, declared, deployment, wish

GIVEN = deployment(wish(secrets=["token"]))


@pytest.mark.parametrize(
    ("there", "choices", "value"),
    [
        ([], Choices(), "hunter2"),
        ([deployment()], Choices(), "hunter2"),
        ([deployment(wish(secrets=["token"], version="2"))], Choices(), None),
        ([GIVEN], Choices(renew_secrets=True), "hunter2"),
    ],
)
def test_a_value_is_given_where_there_is_none(
    there: list[Deployment], choices: Choices, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For what is new, or when somebody wants it renewed; else what was given stays."""
    monkeypatch.setenv("PAPERS_TOKEN", "hunter2")
    (step,) = make_plan([declared(secrets={"token": TOKEN})], there, choices).steps
    assert values_for(step, choices) == ({"token": value}, [])


def test_nothing_is_read_when_nothing_is_asked() -> None:
    """A pipeline that only looks needs no secrets."""
    (step,) = make_plan([declared(secrets={"token": TOKEN})], [GIVEN], Choices()).steps
    assert values_for(step, Choices()) == ({}, [])


@pytest.mark.parametrize(
    ("content", "value", "code"),
    [
        (b"hunter2\n", "hunter2", None),
        (b"hunter2\r\n", "hunter2", None),
        (b" a\n\n", " a\n", None),
        (b"", None, "empty-secret"),
        (b"\n", None, "empty-secret"),
        (b"\xff", None, "no-secret-file"),
        (b"h" * (LARGEST + 1), None, "too-long"),
        (None, None, "no-secret-file"),
    ],
)
def test_a_file_is_read_beside_the_one_that_names_it(
    tmp_path: Path, content: bytes | None, value: str | None, code: str | None
) -> None:
    """One line end at its end is not part of the value, and the value is in no mistake."""
    if content is not None:
        (tmp_path / "token.txt").write_bytes(content)
    source = SecretSource(Place(str(tmp_path / "papers.yaml"), 9), file="token.txt")
    (step,) = make_plan([declared(secrets={"token": source})], [], Choices()).steps
    values, mistakes = values_for(step, Choices())
    assert (values.get("token"), [one.code for one in mistakes]) == (value, [code] if code else [])
    assert all(one.place.line == 9 and "hunter" not in str(one) for one in mistakes)


def test_what_runs_is_promoted_without_its_secrets() -> None:
    """Not what was asked since; which secrets must be given is said, and those that are there stay."""
    runs = wish(version="1", parameters={"workers": "2"}, secrets=["token"], replicas=3)
    found = deployment(wish(version="2"), runs, status="rolled-back")
    promoted = as_it_runs(found, "production")
    assert promoted is not None
    assert (promoted.version, promoted.parameters, promoted.replicas) == ("1", {"workers": "2"}, 3)
    (new,) = make_plan([promoted], [], Choices()).steps
    assert secrets_to_give(new, {}) == ({}, ["token"])
    assert secrets_to_give(new, {"token": "x"}) == ({"token": "x"}, [])
    there = deployment(wish(version="0", secrets=["token"]), environment={"name": "production"})
    (change,) = make_plan([promoted], [there], Choices()).steps
    assert change.action is Action.CHANGE
    assert secrets_to_give(change, {}) == ({"token": None}, [])
    assert as_it_runs(deployment(running=None), "production") is None

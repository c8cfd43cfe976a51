"""What is written as a file says, when it is read, what was asked."""

import yaml
from appstore_client.declared.files import read_text
from appstore_client.declared.plan import Action, Choices, make_plan
from appstore_client.declared.writing import as_files_declare, variable_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.client.declared.deployments import deployment, wish

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
VERSIONS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,20}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(deadline=None, max_examples=60)
@example("1", {"a": "\x85", "b": "x\u2028y", "c": "a\r\nb", "d": " \n ", "e": "\ufeff"}, None, "s")
@given(VERSIONS, st.dictionaries(NAMES, VALUES, max_size=4), st.none() | st.integers(0, 20), NAMES)
def test_what_is_written_declares_what_is_asked(
    version: str, parameters: dict[str, str], replicas: int | None, secret: str
) -> None:
    """Whatever the values are, applying an export asks nothing."""
    secrets = [secret] if secret not in parameters else []
    found = deployment(wish(version=version, parameters=parameters, secrets=secrets, replicas=replicas))
    reading = read_text(as_files_declare([found]), "exported.yaml")
    assert reading.mistakes == []
    (step,) = make_plan(reading.declared, [found], Choices()).steps
    assert (step.action, step.differences) == (Action.SAME, ())


def test_several_stand_in_one_text() -> None:
    """One document each, without the name of who declared it or any value of a secret."""
    both = as_files_declare([deployment(wish(declaredBy="mine", secrets=["api-key"])), deployment(name="notes")])
    documents = list(yaml.safe_load_all(both))
    assert [one["metadata"]["name"] for one in documents] == ["papers", "notes"]
    assert documents[0]["spec"]["secrets"] == {"api-key": {"fromEnv": "PAPERS_API_KEY"}}
    assert "mine" not in both


def test_a_variable_has_a_usable_name() -> None:
    """Made of the deployment and the secret, in capitals."""
    assert variable_of("papers-2", "api-key") == "PAPERS_2_API_KEY"

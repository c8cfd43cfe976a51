"""What fits a parameter: the one rule that the gateway, the deployer and the catalog share."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from contracts.apps.parameter import Parameter, ParameterKind, schema_of_parameters
from contracts.noun import Text

TITLE = Text(nl="Maat", en="Size")


def parameter(kind: ParameterKind = ParameterKind.TEXT, choices: tuple[str, ...] = ()) -> Parameter:
    """A parameter of this kind."""
    return Parameter(name="size", title=TITLE, env="SIZE", kind=kind, choices=choices)


@pytest.mark.parametrize("value", ["0", "-1", "3.14", "123456789012345678"])
def test_a_number_fits(value: str) -> None:
    """Whole or with decimals, of a bounded length."""
    assert parameter(ParameterKind.NUMBER).misfit(value) is None


@pytest.mark.parametrize("value", ["", "1,5", "1e9", "0x10", "٣", "1 ", "1234567890123456789", "NaN"])
def test_what_is_no_number_does_not(value: str) -> None:
    """Neither other notations nor digits of other scripts."""
    assert parameter(ParameterKind.NUMBER).misfit(value) == "number"


def test_each_kind_says_what_it_wants() -> None:
    """A text takes all but the character that no variable can hold; choices and booleans take what they name."""
    assert parameter().misfit("any text, 名前") is None
    assert parameter().misfit("a\0b") == "text"
    assert [parameter(ParameterKind.BOOLEAN).misfit(value) for value in ("true", "false", "True")] == [
        None,
        None,
        "boolean",
    ]
    assert [parameter(choices=("s", "m")).misfit(value) for value in ("m", "l")] == [None, "choice"]


BOUNDED = (
    parameter(ParameterKind.NUMBER).model_copy(update={"minimum": -1.5, "maximum": 64}),
    parameter(ParameterKind.NUMBER).model_copy(update={"whole": True}),
    parameter().model_copy(update={"pattern": "[a-z]{1,4}|é", "max_length": 3}),
    parameter().model_copy(update={"max_length": 5}),
    parameter(choices=("s", "m")),
    parameter(ParameterKind.BOOLEAN),
)


def meaning(value: str, kind: ParameterKind) -> object:
    """What a text means for its kind; itself where it means nothing."""
    if kind is ParameterKind.NUMBER and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value, re.ASCII):
        return float(value) if "." in value else int(value)
    return {"true": True, "false": False}.get(value, value) if kind is ParameterKind.BOOLEAN else value


@pytest.mark.parametrize("one", BOUNDED)
@given(value=st.text("abé\n019.-sm") | st.sampled_from(["true", "s", "64", "64.5", "-1.5", "-2", "é", "ab\n"]))
def test_the_schema_and_the_rule_agree(one: Parameter, value: str) -> None:
    """Whoever checks a value by its JSON Schema comes to what the gateway and the deployer decide."""
    whole_by_notation = one.whole and "." in value  # JSON cannot tell 4.0 from 4
    last_break = value.endswith("\n")  # Python's `$` matches before it, that of JSON Schema (ECMA 262) does not
    if not whole_by_notation and not last_break:
        by_schema = Draft202012Validator(one.json_schema()).is_valid(meaning(value, one.kind))
        assert by_schema is (one.misfit(value) is None)


@pytest.mark.parametrize(
    ("one", "value", "misfit", "allowed"),
    [
        (BOUNDED[0], "65", "range", "-1.5 … 64"),
        (BOUNDED[1], "1.0", "whole", ""),
        (BOUNDED[2], "ab1", "pattern", "[a-z]{1,4}|é"),
        (BOUNDED[2], "ab\n", "pattern", "[a-z]{1,4}|é"),
        (BOUNDED[2], "abcd", "length", "3"),
        (BOUNDED[4], "l", "choice", "s, m"),
        (parameter(), "x" * 4097, "length", "4096"),
    ],
)
def test_a_bound_that_is_missed_is_named(one: Parameter, value: str, misfit: str, allowed: str) -> None:
    """The answer says which bound, and what it is."""
    found = one.misfit(value)
    assert found == misfit
    assert one.allowed(found) == allowed


@pytest.mark.parametrize("pattern", ["(a", "a)|(b", "(?=x)", r"(a)\1", "(a{1000}){1000}", "x" * 201, ""])
def test_a_pattern_that_can_not_be_used_is_refused(pattern: str) -> None:
    """Only patterns that take time in proportion to the text, and that stay whole when they are anchored."""
    with pytest.raises(ValidationError):
        Parameter(name="size", title=TITLE, env="SIZE", pattern=pattern)


def test_a_pattern_that_would_take_for_ever_does_not() -> None:
    """A pattern that stops other engines answers at once for the longest text."""
    slow = Parameter(name="size", title=TITLE, env="SIZE", pattern="(a+)+b")
    assert slow.misfit("a" * 4096) == "pattern"


def test_secrets_are_in_no_schema() -> None:
    """The schema of a version names what is required and nothing that is secret."""
    secret = parameter().model_copy(update={"name": "token", "secret": True, "required": True})
    schema = schema_of_parameters((parameter().model_copy(update={"required": True}), secret))
    assert (list(schema["properties"]), schema["required"]) == (["size"], ["size"])

"""What fits a parameter: the one rule that the gateway, the deployer and the catalog share."""

import pytest

from contracts.apps.spec import Parameter, ParameterKind
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

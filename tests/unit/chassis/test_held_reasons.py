"""What an operator reads about a message that was put aside."""

from chassis.entry import TooLarge
from chassis.handle import code_of, detail_of


def test_a_reason_is_the_kebab_case_of_the_error() -> None:
    """The code fits the contract's pattern whatever the class is called."""
    assert [code_of(error) for error in (ValueError(), TooLarge(), KeyError())] == [
        "value-error",
        "too-large",
        "key-error",
    ]


def test_a_detail_says_what_and_where() -> None:
    """The error, its text and the innermost functions are there."""

    def inner() -> None:
        raise ValueError("no such thing")

    try:
        inner()
    except ValueError as error:
        told = detail_of(error)
    assert told.startswith("ValueError: no such thing (inner:")

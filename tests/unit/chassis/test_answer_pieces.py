"""An answer's pieces: cut so that each fits a message, joined in order, never mixed."""

import pytest

from chassis.answer_pieces import Joined, cut
from chassis.ledger import new_id
from chassis.off_ledger import message_of
from contracts.questions import MOST_PIECES, PIECE_CHARACTERS, AnswerTold, AnswerTooLarge
from tests.fakes.questions import writer_of

QUESTION = new_id()


def told(text: str, answering: str) -> list[AnswerTold]:
    """An answer as it travels."""
    return [
        AnswerTold(question=QUESTION, answering=answering, number=number, text=piece, more=more)
        for number, (piece, more) in enumerate(cut(text), 1)
    ]


@pytest.mark.parametrize("size", [1, PIECE_CHARACTERS, PIECE_CHARACTERS + 1, 3 * PIECE_CHARACTERS])
def test_an_answer_is_whole_again(size: int) -> None:
    """What was cut is joined to the same text, whatever its size."""
    text = "".join(chr(33 + number % 90) for number in range(size))
    joined, pieces = Joined(), told(text, new_id())
    assert [joined.add(piece) for piece in pieces] == [None] * (len(pieces) - 1) + [text]


def test_every_piece_fits_a_message() -> None:
    """A full piece of the widest or of escaped characters stays under what may travel."""
    for character in ('"', "\\", "é", "語", "🤖"):
        for piece in told(character * (PIECE_CHARACTERS + 1), new_id()):
            assert message_of(piece, writer_of("deployer"), None)


def test_an_answer_without_end_is_refused() -> None:
    """More pieces than may be told are not told at all."""
    assert len(list(cut("a" * (MOST_PIECES * PIECE_CHARACTERS)))) == MOST_PIECES
    with pytest.raises(AnswerTooLarge):
        list(cut("a" * (MOST_PIECES * PIECE_CHARACTERS + 1)))


def test_pieces_of_two_tries_are_not_mixed() -> None:
    """When another replica begins anew, only its pieces count; repeats and gaps are not taken."""
    long = "x" * (2 * PIECE_CHARACTERS)
    first, second = told(long, new_id()), told(long.replace("x", "y"), new_id())
    joined = Joined()
    assert joined.add(first[0]) is None
    assert joined.add(first[0]) is None
    assert joined.add(second[1]) is None
    assert joined.add(second[0]) is None
    assert joined.add(first[1]) is None
    assert joined.add(second[1]) == "y" * (2 * PIECE_CHARACTERS)

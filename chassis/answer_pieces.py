"""An answer as it travels: cut into numbered pieces that each fit a message, and put together again. Pure.

`answering` cuts, `asking` joins.
"""

from collections.abc import Iterator

from contracts.questions import MOST_PIECES, PIECE_CHARACTERS, AnswerTold, AnswerTooLarge


def cut(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text in their order, each with whether another follows. Raises AnswerTooLarge."""
    if len(text) > MOST_PIECES * PIECE_CHARACTERS:
        raise AnswerTooLarge
    for begin in range(0, len(text), PIECE_CHARACTERS):
        end = begin + PIECE_CHARACTERS
        yield text[begin:end], end < len(text)


class Joined:
    """Puts the pieces of one question's answer together, of the try that was heard to begin last."""

    def __init__(self) -> None:
        self._answering: str | None = None
        self._next = 1
        self._pieces: list[str] = []

    def add(self, told: AnswerTold) -> str | None:
        """Take one piece; the whole text when this was its last. What is not the next piece is not taken."""
        if told.answering != self._answering and told.number == 1:
            self._answering, self._next, self._pieces = told.answering, 1, []
        if not self.expects(told) or len(self._pieces) >= MOST_PIECES:
            return None
        self._next += 1
        self._pieces.append(told.text)
        if told.more:
            return None
        whole, self._pieces = "".join(self._pieces), []
        return whole

    def expects(self, told: AnswerTold) -> bool:
        """Whether this is the next piece of the try that is being heard."""
        return told.answering == self._answering and told.number == self._next

"""The geometry of the mark, on a grid of 20 by 20 per shape (visual specification, "The criteria mark").

Before it: nothing. After it: `criteria_mark.html`, the icon in the browser's tab, and the timeline's nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

GRID = 20
BETWEEN = 4


@dataclass(frozen=True)
class Shape:
    """One outline, its left half for "partly", and where the cross of "it is not" has its centre."""

    outline: str
    left_half: str
    cross_y: float
    cross_arm: float = 3.1

    @property
    def cross(self) -> str:
        """Two strokes through the centre, as a path."""
        left, right = 10 - self.cross_arm, 10 + self.cross_arm
        top, bottom = round(self.cross_y - self.cross_arm, 2), round(self.cross_y + self.cross_arm, 2)
        return f"M{left:g} {top:g}L{right:g} {bottom:g}M{right:g} {top:g}L{left:g} {bottom:g}"


SHAPES: Mapping[str, Shape] = {
    "open-source": Shape(
        outline="M10 2.25a7.75 7.75 0 1 1 0 15.5a7.75 7.75 0 1 1 0-15.5Z",
        left_half="M10 2.25a7.75 7.75 0 0 0 0 15.5Z",
        cross_y=10,
    ),
    "dpia": Shape(
        outline="M3 3h14v6.2c0 4.4-3.2 7.2-7 8.8c-3.8-1.6-7-4.4-7-8.8Z",
        left_half="M10 3H3v6.2c0 4.4 3.2 7.2 7 8.8Z",
        cross_y=9.4,
    ),
    "accessibility": Shape(
        outline="M3.5 17.5v-8a6.5 6.5 0 0 1 13 0v8Z",
        left_half="M10 3a6.5 6.5 0 0 0-6.5 6.5v8H10Z",
        cross_y=10.6,
    ),
    "ai-risk": Shape(
        outline="M10 1.75L18.25 10L10 18.25L1.75 10Z",
        left_half="M10 1.75L1.75 10L10 18.25Z",
        cross_y=10,
        cross_arm=2.8,
    ),
    "self-host": Shape(
        outline="M10 2.25L17.5 8.5v9h-15v-9Z",
        left_half="M10 2.25L2.5 8.5v9H10Z",
        cross_y=11.2,
    ),
    "other": Shape(
        outline="M3 3h14v14H3Z",
        left_half="M10 3H3v14h7Z",
        cross_y=10,
    ),
}

"""The last line every benchmark prints: one JSON object that says what was measured and which aims were missed.

Times swing by a quarter from run to run on a small machine; a claim is a ratio against a floor measured in the same
run, and absolute figures stand beside it.
"""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound on one figure or ratio: `under` or `at_least`."""

    name: str
    under: float | None = None
    at_least: float | None = None

    def missed_by(self, value: float) -> bool:
        """Whether this value misses it."""
        too_high = self.under is not None and value >= self.under
        too_low = self.at_least is not None and value < self.at_least
        return too_high or too_low


@dataclass(slots=True)
class Result:
    """What one benchmark found. Figures carry their unit in their name."""

    name: str
    figures: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    aims: list[Aim] = field(default_factory=list)

    def figure(self, name: str, value: float, *, under: float | None = None, at_least: float | None = None) -> None:
        """Note an absolute figure, with its aim if there is one, and say it."""
        self.figures[name] = round(value, 3)
        self._aim(name, under, at_least)

    def ratio(self, name: str, value: float, *, under: float | None = None, at_least: float | None = None) -> None:
        """Note a ratio to a floor of the same run, with its aim if there is one, and say it."""
        self.ratios[name] = round(value, 3)
        self._aim(name, under, at_least)

    def _aim(self, name: str, under: float | None, at_least: float | None) -> None:
        aim = Aim(name, under, at_least)
        if under is not None or at_least is not None:
            self.aims.append(aim)
        value = self.figures.get(name, self.ratios.get(name, 0.0))
        bound = f"  (aim: < {under:g})" if under is not None else f"  (aim: >= {at_least:g})" if at_least else ""
        word = "  SHORT" if aim.missed_by(value) else ""
        say(f"  {name:<58} {value:>12,.3f}{bound}{word}")

    def line(self) -> str:
        """The JSON line."""
        short = [aim.name for aim in self.aims if aim.missed_by({**self.figures, **self.ratios}[aim.name])]
        aims = {
            aim.name: {"under": aim.under} if aim.under is not None else {"atLeast": aim.at_least} for aim in self.aims
        }
        return json.dumps(
            {"name": self.name, "figures": self.figures, "ratios": self.ratios, "aims": aims, "short": short}
        )


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed (nearest rank, no interpolation)."""
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]

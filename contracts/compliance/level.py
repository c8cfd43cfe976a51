"""How strictly an environment is judged: which gates block there. An operator says it of an environment.

A gate names the lowest level at which it blocks (`blocksFrom` in its file); below that, it warns. So whatever a level
lets through, every lower one does too.
"""

from enum import StrEnum


class PolicyLevel(StrEnum):
    """From the lowest to the strictest. Where nobody said it, it is strict."""

    LENIENT = "lenient"
    """To try things out: only gates that block everywhere do."""
    MODERATE = "moderate"
    """As close to the real thing as what is still being prepared allows."""
    STRICT = "strict"
    """People and their data depend on it: every gate blocks."""

    def reaches(self, lowest: "PolicyLevel") -> bool:
        """Whether this level is at least as strict."""
        order = list(PolicyLevel)
        return order.index(self) >= order.index(lowest)

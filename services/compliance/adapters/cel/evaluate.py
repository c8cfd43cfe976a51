"""The engine of one policy set: answers its compiled expressions, and says `Undefined` instead of failing.

The C++ engine reports an error as a value of type ERROR and an exhausted budget as a RuntimeError; both mean that
there is no answer, and a rule without an answer is unknown. The rest of the service knows none of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from cel_expr_python import cel

from services.compliance.adapters.cel.compile import environment
from services.compliance.domain.policy import Evaluate, Plain, Undefined

ENGINE = f"cel-expr-python {version('cel-expr-python')}"


@dataclass(frozen=True, slots=True)
class CelEngine:
    """The compiled expressions of one policy set, by their text."""

    programs: Mapping[str, cel.Expression]

    @property
    def name(self) -> str:
        """Engine and version."""
        return ENGINE

    def over(self, inputs: Mapping[str, Any]) -> Evaluate:
        """Bind the inputs once for all expressions of the set."""
        activation = environment().Activation(dict(inputs))

        def evaluate(text: str) -> Plain | Undefined:
            try:
                value = self.programs[text].eval(activation)
            except RuntimeError as error:
                return Undefined(str(error)[:200])
            if value.type() == cel.Type.ERROR:
                return Undefined(str(value.value())[:200])
            return _plain(value.plain_value())

        return evaluate


def _plain(value: object) -> Plain | Undefined:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return tuple(str(part) for part in value)
    return Undefined(f"answered {type(value).__name__}")

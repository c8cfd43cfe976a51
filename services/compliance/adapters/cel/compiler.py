"""CEL as the language of the policies: how the folder of policies gets its expressions compiled.

`compile.py` says what an expression may be, `evaluate.py` answers it. `main.py` hands the compiler to the folder.
"""

from collections.abc import Mapping

from cel_expr_python import cel

from services.compliance.adapters.cel.compile import compile_condition, compile_expression
from services.compliance.adapters.cel.evaluate import CelEngine
from services.compliance.domain.policy import Engine


class CelCompiler:
    """Meets `ports.Compiler`."""

    def condition(self, text: str) -> cel.Expression:
        """Compile an expression that answers yes or no. Raises ExpressionError."""
        return compile_condition(text)

    def expression(self, text: str) -> cel.Expression:
        """Compile one expression. Raises ExpressionError."""
        return compile_expression(text)

    def engine(self, programs: Mapping[str, cel.Expression]) -> Engine:
        """The engine that answers these programs, by their text."""
        return CelEngine(programs)

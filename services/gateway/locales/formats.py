"""Numbers, days, times, durations and sizes as Dutch and English readers write them, through Babel's CLDR data.

Before it: values from events, always UTC. After it: `texts.Texts`, which knows the reader's language.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal

# Legal days and working hours are those of the people who read this (DESIGN, the envelope).
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_BINARY_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_KIBI = 1024
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_EXACT_BELOW = 10
_SHORTEST = 0.1
# 11 days stay days; from two of a unit on the larger one reads better.
_NEXT_UNIT_FROM = 2


def number(value: float, locale: Locale) -> str:
    """A number with at most one decimal."""
    return str(format_decimal(round(value, 1), locale=locale))


def day(value: date | datetime, locale: Locale) -> str:
    """24 november 2026; the Amsterdam day when a moment is given."""
    local = value.astimezone(AMSTERDAM) if isinstance(value, datetime) else value
    return str(format_date(local, "d MMMM y", locale=locale))


def short_day(value: datetime, locale: Locale) -> str:
    """24 nov."""
    return str(format_skeleton("MMMd", value, tzinfo=AMSTERDAM, locale=locale)).rstrip(".")


def moment(value: datetime, locale: Locale) -> str:
    """24 november 2026 10:42:03."""
    return str(format_datetime(value, "d MMMM y HH:mm:ss", tzinfo=AMSTERDAM, locale=locale))


def clock(value: datetime, locale: Locale, *, seconds: bool) -> str:
    """10:42, or 10:42:03 with seconds."""
    return str(format_time(value, "HH:mm:ss" if seconds else "HH:mm", tzinfo=AMSTERDAM, locale=locale))


def duration(value: timedelta, locale: Locale, exact_below: int = _EXACT_BELOW) -> str:
    """A measured time: tenths under `exact_below` seconds, then two units at most; what took time never shows as 0."""
    total = max(value.total_seconds(), 0.0)
    if total < exact_below:
        return f"{number(max(total, _SHORTEST) if total else total, locale)} s"
    whole = round(total)
    hours = "u" if locale.language == "nl" else "h"
    steps = ((_DAY, "d", _HOUR, hours), (_HOUR, hours, _MINUTE, "min"), (_MINUTE, "min", 1, "s"))
    for unit, name, below, below_name in steps:
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit} {name}" + (f" {rest} {below_name}" if rest else "")
    return f"{whole} s"


def span(value: timedelta, locale: Locale) -> str:
    """A length of time in one whole unit: 3 dagen, 5 weken."""
    return format_timedelta(abs(value), threshold=_NEXT_UNIT_FROM, locale=locale)


def size(value: int, locale: Locale) -> str:
    """Bytes in the largest binary unit that leaves a number of one or more."""
    amount, unit = float(value), "B"
    for larger in _BINARY_UNITS:
        if amount < _KIBI:
            break
        amount, unit = amount / _KIBI, larger
    return f"{number(amount, locale)} {unit}"

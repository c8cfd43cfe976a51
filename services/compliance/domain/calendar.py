"""Legal dates are calendar days in Europe/Amsterdam (DESIGN, the envelope); moments are UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def legal_day(moment: datetime) -> date:
    """The calendar day on which a moment falls for the law. The moment carries its offset."""
    return moment.astimezone(AMSTERDAM).date()

"""Chooses the language of an answer: what the address asks, else the cookie, else what the browser prefers.

Before it: the request's `lang` parameter, `lang` cookie and `Accept-Language` (RFC 9110, section 12.5.4).
After it: `texts.Texts`. Dutch when nobody asks for anything we have.
"""

from services.gateway.locales.patterns import LANGUAGES, Language

LANGUAGE_COOKIE = "lang"
LANGUAGE_PARAMETER = "lang"
DEFAULT_LANGUAGE: Language = "nl"
_LONGEST_HEADER = 500


def choose_language(asked: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """The first of the three that names a language we have."""
    for wish in (asked, cookie, *_preferred(accept_language or "")):
        language = _known(wish)
        if language is not None:
            return language
    return DEFAULT_LANGUAGE


def _preferred(header: str) -> list[str]:
    weighed = [_weigh(part) for part in header[:_LONGEST_HEADER].split(",")]
    wanted = [(weight, tag) for weight, tag in weighed if weight > 0]
    return [tag for _, tag in sorted(wanted, key=lambda one: one[0], reverse=True)]


def _weigh(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0, tag.strip()
    try:
        return float(value), tag.strip()
    except ValueError:
        return 0.0, tag.strip()


def _known(tag: str | None) -> Language | None:
    primary = (tag or "").lower().partition("-")[0]
    return next((language for language in LANGUAGES if language == primary), None)

"""What a page or a problem asks for a sentence, a number or a time in the reader's language.

Before it: `patterns` (the files) and `languages` (whose language). After it: the templates, as `t`.
A key or parameter that does not exist is an error at once, never an empty spot on a page.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from babel import Locale
from markupsafe import Markup, escape

from services.gateway.locales import formats
from services.gateway.locales.patterns import LANGUAGES, Language, Pattern, fill, patterns

Value = str | int | float
# European English: 24 Nov, and a 24-hour clock.
_LOCALES: Mapping[Language, Locale] = {"nl": Locale("nl", "NL"), "en": Locale("en", "GB")}
# What a text file may ask of HTML: a strong word, the marker pen, something typed by machines.
_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"==(.+?)=="), r'<span class="marker">\1</span>'),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
)


class UnknownTextError(KeyError):
    """A sentence was asked for that no text file has."""


class TextParameterError(ValueError):
    """A sentence was asked for without a value it needs."""


class Texts:
    """The texts of one language: sentences by key, and numbers, times and sizes as that language writes them."""

    def __init__(self, language: Language) -> None:
        """Choose the language; the files are read once per process."""
        self.language = language
        self._locale = _LOCALES[language]
        self._patterns = patterns(language)

    @property
    def other_language(self) -> Language:
        """The language the reader can switch to."""
        return next(one for one in LANGUAGES if one != self.language)

    def __call__(self, key: str, **values: Value) -> str:
        """The sentence as plain text; numbers are written in the reader's way."""
        return self.sentence(key, values)

    def has(self, key: str) -> bool:
        """Whether a sentence with this key exists: for codes that come from events."""
        return key in self._patterns

    def sentence(self, key: str, values: Mapping[str, Value]) -> str:
        """The sentence as plain text; values it does not use are left alone (an event may carry more)."""
        pattern = self._pattern(key, values)
        return fill(self._form(pattern, values), {name: self._write(values[name]) for name in pattern.parameters})

    def parameters(self, prefix: str) -> frozenset[str]:
        """Every parameter that the sentences under a prefix ask for."""
        under = [pattern for key, pattern in self._patterns.items() if key.startswith(f"{prefix}.")]
        return frozenset().union(*(pattern.parameters for pattern in under))

    def markup(self, key: str, **values: Value) -> Markup:
        """The sentence as HTML: `**strong**`, `==marker==` and code of the file become elements, values are escaped."""
        return self.sentence_markup(key, values)

    def sentence_markup(self, key: str, values: Mapping[str, Value]) -> Markup:
        """The sentence as HTML, from values that may hold more than it uses."""
        pattern = self._pattern(key, values)
        safe = str(escape(self._form(pattern, values)))
        for mark, element in _MARKS:
            safe = mark.sub(element, safe)
        written = {name: str(escape(self._write(values[name]))) for name in pattern.parameters}
        return Markup(fill(safe, written))  # noqa: S704 the pattern is ours and escaped, and so is each value

    def named(self, group: str, name: str) -> str:
        """The word for a name that data brings, such as an environment's; the name itself where there is no word."""
        key = f"{group}.{name}"
        return self(key) if self.has(key) else name

    def value(self, value: Value) -> str:
        """A parameter as it stands in a sentence: words as they are, numbers in the reader's way."""
        return self._write(value)

    def number(self, value: float) -> str:
        """A number with the language's separators."""
        return formats.number(value, self._locale)

    def day(self, value: date | datetime) -> str:
        """A calendar day in words: 24 november 2026."""
        return formats.day(value, self._locale)

    def short_day(self, value: datetime) -> str:
        """A day without its year: 24 nov."""
        return formats.short_day(value, self._locale)

    def moment(self, value: datetime) -> str:
        """A day and time in words, for hover and screen readers."""
        return formats.moment(value, self._locale)

    def clock(self, value: datetime, *, seconds: bool = False) -> str:
        """The time of day in Amsterdam."""
        return formats.clock(value, self._locale, seconds=seconds)

    def duration(self, value: timedelta) -> str:
        """A measured time, in at most two short units: 0,4 s, 1 min 12 s."""
        return formats.duration(value, self._locale)

    def since_start(self, value: timedelta) -> str:
        """Time since something began, with tenths up to a minute: 39,7 s."""
        return formats.duration(value, self._locale, exact_below=60)

    def span(self, value: timedelta) -> str:
        """A rough length of time in one whole unit: 3 dagen."""
        return formats.span(value, self._locale)

    def size(self, value: int) -> str:
        """An amount of bytes in binary units: 1,3 GiB."""
        return formats.size(value, self._locale)

    def cores(self, millicores: int) -> str:
        """An amount of processor in cores, from thousandths."""
        return self("words.cores", count=millicores / 1000)

    def _pattern(self, key: str, values: Mapping[str, Value]) -> Pattern:
        pattern = self._patterns.get(key)
        if pattern is None:
            message = f"no text {key} in {self.language}"
            raise UnknownTextError(message)
        missing = sorted(pattern.parameters - values.keys())
        if missing:
            message = f"the text {key} needs {', '.join(missing)}"
            raise TextParameterError(message)
        return pattern

    def _form(self, pattern: Pattern, values: Mapping[str, Value]) -> str:
        if not pattern.is_plural:
            return pattern.forms["other"]
        count = values["count"]
        return pattern.forms["other" if isinstance(count, str) else self._locale.plural_form(count)]

    def _write(self, value: Value) -> str:
        return value if isinstance(value, str) else self.number(value)

"""Reads the sign-in form of a page: where it is sent, its hidden fields, and which fields take name and password."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TYPED = ("text", "email", "password")


@dataclass
class SignInForm:
    """One form with a password field."""

    action: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    username_field: str = ""
    password_field: str = ""
    button: tuple[str, str] | None = None

    def filled(self, username: str, password: str) -> dict[str, str]:
        """Return the fields to send."""
        pressed = dict([self.button]) if self.button and self.button[0] else {}
        return {**self.hidden, **pressed, self.username_field: username, self.password_field: password}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SignInForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(SignInForm(action=found.get("action", "")))
        elif tag == "input" and self.forms:
            self._add_input(self.forms[-1], found)
        elif tag == "button" and self.forms and found.get("type", "submit").lower() == "submit":
            self._press(self.forms[-1], found)

    def _add_input(self, form: SignInForm, found: dict[str, str]) -> None:
        kind, name = found.get("type", "text").lower(), found.get("name", "")
        if kind == "hidden" and name:
            form.hidden[name] = found.get("value", "")
        elif kind == "submit":
            self._press(form, found)
        elif kind == "password":
            form.password_field = form.password_field or name
        elif kind in _TYPED and not form.username_field:
            form.username_field = name

    def _press(self, form: SignInForm, found: dict[str, str]) -> None:
        """Take the first button: the one that Enter presses in a browser (HTML, implicit submission)."""
        if form.button is None:
            form.button = (found.get("name", ""), found.get("value", ""))


def read_form(page: str) -> SignInForm | None:
    """Return the first form that asks for a name and a password."""
    reader = _Reader()
    reader.feed(page)
    return next((form for form in reader.forms if form.username_field and form.password_field), None)

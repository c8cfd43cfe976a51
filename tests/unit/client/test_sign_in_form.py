"""Reading an issuer's sign-in page."""

from appstore_client.sign_in.sign_in_form import read_form

PAGE = """
<form action="/search"><input name="q"></form>
<form method="post" action="/authorize?a=1&amp;b=2">
  <input type="hidden" name="form_token" value="t&amp;1">
  <input name="username"><input type="password" name="password">
  <button name="decision" value="approve">Sign in</button><button name="decision" value="refuse">Cancel</button>
</form>
"""


def test_the_form_with_a_password_is_filled_in() -> None:
    """Hidden fields and the first button go along, as when somebody presses Enter."""
    form = read_form(PAGE)
    assert form is not None
    assert form.action == "/authorize?a=1&b=2"
    assert form.filled("u", "p") == {"form_token": "t&1", "decision": "approve", "username": "u", "password": "p"}


def test_a_page_without_a_password_has_no_form() -> None:
    """A page that asks for no password is not a sign-in page."""
    assert read_form("<form><input name='q'></form>") is None

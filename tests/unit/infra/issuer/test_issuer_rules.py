"""The rules of the local issuer that need no process."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.issuer.clients import is_loopback_callback
from infra.local.issuer.page import TEXTS, pick_language
from infra.local.issuer.pending import MOST_PENDING, Device, Pending
from infra.local.issuer.people import read_people
from infra.local.issuer.refresh_tokens import (
    GRACE_SECONDS,
    LIFETIME_SECONDS,
    MOST_TOKENS,
    RefreshToken,
    RefreshTokens,
    hash_token,
)
from infra.local.issuer.settings import PEOPLE_FILE, NotLoopbackError, read_settings


def token(value: str, sid: str = "one", signed_in_at: float | None = None) -> RefreshToken:
    """Return what a refresh token stands for."""
    return RefreshToken(hash_token(value), "appstore-cli", "p", "openid", sid, int(signed_in_at or time.time()))


def device(number: int, expires_in: float = 60.0) -> Device:
    """Return a waiting device."""
    return Device(f"d{number}", f"u{number}", "appstore-cli", "openid", time.time() + expires_in)


def test_the_demo_people_are_four_in_three_teams() -> None:
    """The file holds four invented people in three teams, each thing with an id of its own."""
    everybody = read_people(PEOPLE_FILE)
    teams = {one.team.slug: one.team.id for person in everybody.people for one in person.memberships}
    ids = [person.id for person in everybody.people] + [system.id for system in everybody.systems]
    assert len(everybody.people) == 4
    assert set(teams) == {"team-data", "team-web", "team-platform"}
    assert len({*ids, *teams.values()}) == len(ids) + len(teams)
    assert all(identifier[14] == "7" for identifier in (*ids, *teams.values()))
    assert all("Demo" in person.name for person in everybody.people)


def test_both_languages_say_the_same_things() -> None:
    """Each text exists in Dutch and in English, without an exclamation mark."""
    assert set(TEXTS["nl"]) == set(TEXTS["en"])
    assert not [text for language in TEXTS.values() for text in language.values() if "!" in text]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("nl", "nl"),
        ("nl-BE,en;q=0.8", "nl"),
        ("en-US,nl;q=0.9", "en"),
        ("de,nl;q=0.3", "nl"),
        ("de", "en"),
        ("nl;q=0,en;q=0.1", "en"),
        ("nl;q=rubbish", "en"),
        ("*", "en"),
    ],
)
def test_the_browser_chooses_the_language(header: str, language: str) -> None:
    """The language the browser prefers is used, English if it knows neither."""
    assert pick_language(header) == language


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"])
def test_the_command_line_listens_on_any_port(address: str) -> None:
    """Any port of 127.0.0.1 will do, at one path (RFC 8252 section 7.3)."""
    assert is_loopback_callback(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:70000/callback",
        "http://127.0.0.1:8765/",
        "http://127.0.0.1:8765/callback?x",
        "http://127.0.0.1:8765/callback#x",
        "https://127.0.0.1:8765/callback",
        "http://a@127.0.0.1:8765/callback",
        "http://127.0.0.1.evil.example:80/callback",
        "http://127.0.0.1:08765/callback",
        "http://localhost:8765/callback",
        "",
        "http://127.0.0.1:x/callback",
    ],
)
def test_any_other_address_is_not_the_command_line(address: str) -> None:
    """An address that differs anywhere else is refused."""
    assert not is_loopback_callback(address)


def test_a_used_refresh_token_ends_its_sign_in(tmp_path: Path) -> None:
    """A token that comes back after it was replaced was copied: then the whole sign-in ends, and no other."""
    tokens = RefreshTokens(tmp_path / "r.json")
    long_used = replace(token("old"), used_at=time.time() - GRACE_SECONDS - 1)
    for one in (long_used, token("new"), token("others", sid="two")):
        tokens.add(one)
    assert tokens.find("old") is None
    assert tokens.find("new") is None
    assert tokens.find("others") is not None


def test_two_commands_may_refresh_at_once(tmp_path: Path) -> None:
    """Within the grace the same token works twice, because two commands may run side by side."""
    tokens = RefreshTokens(tmp_path / "r.json")
    tokens.add(token("one"))
    first = tokens.find("one")
    assert first is not None
    tokens.mark_used(first)
    assert tokens.find("one") is not None


def test_refresh_tokens_are_bounded_and_kept_by_hash(tmp_path: Path) -> None:
    """The file never holds a token itself, nor an old one, nor too many."""
    file = tmp_path / "r.json"
    tokens = RefreshTokens(file)
    tokens.add(token("ancient", signed_in_at=time.time() - LIFETIME_SECONDS - 1))
    for number in range(MOST_TOKENS + 5):
        tokens.add(token(f"secret-{number}"))
    again = RefreshTokens(file)
    assert "secret-" not in file.read_text()
    assert again.find("ancient") is None
    assert again.find("secret-0") is None
    assert again.find(f"secret-{MOST_TOKENS + 4}") is not None


def test_what_is_pending_is_bounded_and_ends() -> None:
    """The oldest of too many is forgotten, an expired one is not found, and a popped one is gone."""
    pending: Pending[Device] = Pending()
    for number in range(MOST_PENDING + 1):
        pending.put(f"d{number}", device(number))
    pending.put("late", device(0, expires_in=-1))
    assert pending.get("d0") is None
    assert pending.get("late") is None
    assert pending.pop("d5") is not None
    assert pending.pop("d5") is None


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """The secret's file is in the data folder unless somebody else made it; a missing variable is named."""
    environment = {
        "APPSTORE_ISSUER": "http://127.0.0.1:8401/",
        "APPSTORE_PUBLIC_URL": "http://localhost:8400",
        "APPSTORE_ISSUER_DATA": str(tmp_path),
    }
    settings = read_settings(environment)
    assert (settings.issuer, settings.port) == ("http://127.0.0.1:8401", 8401)
    assert settings.web_secret_file == tmp_path / "appstore-web.secret"
    other = read_settings({**environment, "APPSTORE_WEB_CLIENT_SECRET_FILE": str(tmp_path / "given")})
    assert other.web_secret_file == tmp_path / "given"
    with pytest.raises(KeyError, match="APPSTORE_ISSUER_DATA"):
        read_settings({name: environment[name] for name in ("APPSTORE_ISSUER", "APPSTORE_PUBLIC_URL")})
    with pytest.raises(NotLoopbackError):
        read_settings({**environment, "APPSTORE_ISSUER": "http://192.168.1.2:8401"})

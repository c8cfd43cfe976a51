"""Which tokens sign somebody in, and why others do not."""

import base64
import hmac
import json
import time
from collections.abc import Callable

import pytest
from joserfc.jwk import ECKey

from contracts.identity.events import SignInRefusal
from contracts.people import Role
from services.gateway.identity.oidc import TokenRefusedError, TokenVerifier
from services.gateway.identity.person import Membership
from services.gateway.identity.provider import Provider
from tests.fakes.identity import ISSUER, PERSON, TEAM_DATA, DocumentIssuer, new_key, sign

KEY = new_key()
STRANGER = new_key()


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at


def verifier(issuer: DocumentIssuer, clock: Clock | None = None) -> TokenVerifier:
    """Return a verifier that knows this issuer."""
    return TokenVerifier(Provider(ISSUER, issuer.client(), clock or Clock()))


async def refusal(token: str, issuer: DocumentIssuer | None = None) -> SignInRefusal:
    """Return why a token is refused."""
    with pytest.raises(TokenRefusedError) as caught:
        await verifier(issuer or DocumentIssuer([KEY])).bearer(token)
    return caught.value.reason


def unsigned(header: dict[str, str], token: str) -> str:
    """Return the token's claims under another header, without a signature."""
    first = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{first}.{token.split('.')[1]}."


def changed_claims(token: str) -> str:
    """Return the token with an admin's role written into it."""
    header, claims, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    read["teams"][0]["roles"] = ["admin"]
    written = base64.urlsafe_b64encode(json.dumps(read).encode()).rstrip(b"=").decode()
    return f"{header}.{written}.{signature}"


def signed_with_public_key(key: ECKey) -> str:
    """Return a token whose HMAC secret is the issuer's public key (RFC 8725 section 2.1)."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": key.kid}).encode()).rstrip(b"=")
    signed = header + b"." + sign(key).split(".")[1].encode()
    signature = hmac.digest(key.as_pem(private=False), signed, "sha256")
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


@pytest.mark.asyncio
async def test_a_good_token_names_person_teams_and_roles() -> None:
    """A token of our issuer gives the opaque id, the memberships and the sign-in it belongs to."""
    bearer = await verifier(DocumentIssuer([KEY])).bearer(sign(KEY))
    assert bearer.person.id == PERSON
    assert bearer.person.memberships == (Membership(TEAM_DATA, "team-data", frozenset({Role.DEVELOPER})),)
    assert bearer.sign_in == "sign-in-1"


@pytest.mark.asyncio
async def test_a_name_is_for_display_only() -> None:
    """The name is read, but printing a person does not show it."""
    bearer = await verifier(DocumentIssuer([KEY])).bearer(sign(KEY))
    assert bearer.person.name == "Demi Demo"
    assert "Demi" not in repr(bearer)


@pytest.mark.asyncio
async def test_an_expired_token_is_refused() -> None:
    """A token past its end, beyond the leeway for clocks, signs nobody in."""
    assert await refusal(sign(KEY, exp=int(time.time()) - 31)) is SignInRefusal.EXPIRED


@pytest.mark.asyncio
async def test_a_token_of_a_clock_slightly_behind_is_accepted() -> None:
    """A token that ended a few seconds ago still counts, because clocks differ."""
    bearer = await verifier(DocumentIssuer([KEY])).bearer(sign(KEY, exp=int(time.time()) - 5))
    assert bearer.person.id == PERSON


@pytest.mark.asyncio
async def test_a_token_for_later_is_refused() -> None:
    """A token whose time has not begun signs nobody in yet."""
    assert await refusal(sign(KEY, nbf=int(time.time()) + 300)) is SignInRefusal.EXPIRED


@pytest.mark.asyncio
async def test_a_token_for_somebody_else_is_refused() -> None:
    """A token made for another audience is not ours to take."""
    assert await refusal(sign(KEY, aud="payroll")) is SignInRefusal.OTHER_AUDIENCE


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: sign(STRANGER), id="unknown key"),
        pytest.param(lambda: sign(KEY, iss="https://elsewhere.example"), id="other issuer"),
        pytest.param(lambda: changed_claims(sign(KEY)), id="changed claims"),
        pytest.param(lambda: unsigned({"alg": "none"}, sign(KEY)), id="alg none"),
        pytest.param(lambda: unsigned({"alg": "ES256", "kid": str(KEY.kid)}, sign(KEY)), id="no signature"),
        pytest.param(lambda: signed_with_public_key(KEY), id="hmac with public key"),
        pytest.param(lambda: "not.a.token", id="nonsense"),
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: "a" * 20_000, id="too long"),
        pytest.param(lambda: sign(KEY, exp=None), id="no end"),
        pytest.param(lambda: sign(KEY, sub=None), id="no subject"),
        pytest.param(lambda: sign(KEY, teams="all"), id="teams not a list"),
        pytest.param(lambda: sign(KEY, teams=[{"id": "x", "slug": "y", "roles": []}]), id="team id not a UUID"),
        pytest.param(lambda: sign(KEY, sid=None, jti=None), id="no id of its own"),
    ],
)
async def test_a_forged_token_is_refused(make: Callable[[], str]) -> None:
    """Whatever our issuer did not sign, exactly so, signs nobody in."""
    assert await refusal(make()) is SignInRefusal.FORGED


@pytest.mark.asyncio
async def test_an_unknown_role_is_left_out() -> None:
    """A role this version does not know gives no rights and breaks nothing."""
    teams = [{"id": TEAM_DATA, "slug": "team-data", "roles": ["developer", "wizard"]}]
    bearer = await verifier(DocumentIssuer([KEY])).bearer(sign(KEY, teams=teams))
    assert bearer.person.roles() == {Role.DEVELOPER}


@pytest.mark.asyncio
async def test_a_subject_that_is_no_uuid_gets_a_stable_one() -> None:
    """Another provider's subject becomes the same opaque id each time."""
    both = [await verifier(DocumentIssuer([KEY])).bearer(sign(KEY, sub="user|42")) for _ in range(2)]
    assert both[0].person.id == both[1].person.id
    assert len(both[0].person.id) == 36


@pytest.mark.asyncio
async def test_keys_are_fetched_once() -> None:
    """Many tokens cost one look at discovery and one at the keys."""
    issuer = DocumentIssuer([KEY])
    checker = verifier(issuer)
    for _ in range(5):
        await checker.bearer(sign(KEY))
    assert issuer.asked == ["/.well-known/openid-configuration", "/jwks"]


@pytest.mark.asyncio
async def test_a_rotated_key_is_picked_up() -> None:
    """A token signed with a key that is new at the issuer is accepted after one more look."""
    issuer, clock = DocumentIssuer([KEY]), Clock()
    checker = verifier(issuer, clock)
    await checker.bearer(sign(KEY))
    rotated = new_key()
    issuer.keys = [KEY, rotated]
    clock.at += 11
    assert (await checker.bearer(sign(rotated))).person.id == PERSON


@pytest.mark.asyncio
async def test_unknown_keys_cannot_make_us_ask_all_the_time() -> None:
    """A flood of tokens with unknown keys costs the issuer no more than one request per interval."""
    issuer, clock = DocumentIssuer([KEY]), Clock()
    checker = verifier(issuer, clock)
    await checker.bearer(sign(KEY))
    clock.at += 11
    for _ in range(20):
        with pytest.raises(TokenRefusedError):
            await checker.bearer(sign(STRANGER))
    assert issuer.asked.count("/jwks") == 2


@pytest.mark.asyncio
async def test_a_withdrawn_key_stops_working() -> None:
    """A key the issuer no longer shows is forgotten within the hour."""
    issuer, clock = DocumentIssuer([KEY]), Clock()
    checker = verifier(issuer, clock)
    await checker.bearer(sign(KEY))
    issuer.keys = [STRANGER]
    clock.at += 3601
    with pytest.raises(TokenRefusedError) as caught:
        await checker.bearer(sign(KEY))
    assert caught.value.reason is SignInRefusal.FORGED


@pytest.mark.asyncio
async def test_an_issuer_that_is_away_is_said_so() -> None:
    """Without keys nobody can be checked, and the reason is the issuer, not the token."""
    issuer = DocumentIssuer([KEY], away=True)
    assert await refusal(sign(KEY), issuer) is SignInRefusal.ISSUER_AWAY


@pytest.mark.asyncio
async def test_known_keys_outlive_an_issuer_that_is_away() -> None:
    """Tokens are still checked with the keys we have, also when these are due for renewal."""
    issuer, clock = DocumentIssuer([KEY]), Clock()
    checker = verifier(issuer, clock)
    await checker.bearer(sign(KEY))
    issuer.away = True
    clock.at += 4000
    assert (await checker.bearer(sign(KEY))).person.id == PERSON


@pytest.mark.asyncio
async def test_an_issuer_that_comes_back_is_asked_again() -> None:
    """After a failure the issuer is left alone for a moment, then asked again."""
    issuer, clock = DocumentIssuer([KEY], away=True), Clock()
    checker = verifier(issuer, clock)
    for _ in range(3):
        with pytest.raises(TokenRefusedError):
            await checker.bearer(sign(KEY))
    assert len(issuer.asked) == 1
    issuer.away = False
    clock.at += 2
    assert (await checker.bearer(sign(KEY))).person.id == PERSON


@pytest.mark.asyncio
async def test_a_key_of_an_unknown_kind_is_passed_over() -> None:
    """A provider may publish keys that we cannot read, beside the one that counts."""
    issuer = DocumentIssuer([KEY], beside=[{"kty": "FUTURE", "kid": "x"}, {"kty": "RSA", "kid": "broken"}])
    assert (await verifier(issuer).bearer(sign(KEY))).person.id == PERSON


@pytest.mark.asyncio
async def test_an_issuer_without_any_readable_key_is_away() -> None:
    """A key document that holds nothing we can use is no answer."""
    assert await refusal(sign(KEY), DocumentIssuer([], beside=[{"kty": "FUTURE"}])) is SignInRefusal.ISSUER_AWAY


@pytest.mark.asyncio
async def test_discovery_must_name_the_issuer_we_asked() -> None:
    """A document that names another issuer is not believed (OpenID Connect Discovery section 4.3)."""
    issuer = DocumentIssuer([KEY], named="https://elsewhere.example")
    assert await refusal(sign(KEY), issuer) is SignInRefusal.ISSUER_AWAY

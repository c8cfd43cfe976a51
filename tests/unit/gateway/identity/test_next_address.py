"""After signing in a browser stays on this site."""

import pytest

from services.gateway.identity.next_address import safe_next


@pytest.mark.parametrize("address", ["/", "/apps", "/apps/open-webui?tab=evidence#dpia", "/deployments/019ab000"])
def test_a_path_on_this_site_is_kept(address: str) -> None:
    """People return to the page they came from."""
    assert safe_next(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "apps",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/apps\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/a\\b",
        " /apps",
        "http:evil.example",
        "/auth/sign-out",
        "/" + "a" * 2000,
        "/\x00",
        "/\x7f",
        "//[",
        "https:///evil.example",
    ],
)
def test_any_other_address_becomes_the_start_page(address: str) -> None:
    """An address that a browser could read as another host is not followed."""
    assert safe_next(address) == "/"

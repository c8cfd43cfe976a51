"""Where a browser goes after signing in: a place on this site, whatever the address says (CWE-601)."""

from urllib.parse import urlsplit

LONGEST = 1000


def safe_next(address: str) -> str:
    """Return the address if it is a path on this site, else the start page.

    Two slashes, a backslash and control characters are refused, because browsers may read them as another host.
    """
    if not address.startswith("/") or address.startswith(("//", "/\\", "/auth/")) or len(address) > LONGEST:
        return "/"
    if "\\" in address or any(ord(character) <= 32 or ord(character) == 127 for character in address):  # noqa: PLR2004 - ASCII
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else address

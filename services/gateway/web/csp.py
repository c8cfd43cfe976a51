"""The headers that tell a browser what a page of ours may do: nothing from elsewhere, nothing inline.

Before it: nothing. After it: the gateway's web routes, on every answer.
"""

from collections.abc import Mapping


def content_security_policy(form_targets: tuple[str, ...] = ()) -> str:
    """The policy; `form_targets` are origins a form's answer may redirect to (the issuer, after signing out)."""
    directives = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": ("'self'",),
        "connect-src": ("'self'",),
        "form-action": ("'self'", *form_targets),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


# The Dutch API rules ask these on every answer; pages get the policy above beside them.
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": content_security_policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What a page about a person or a team's deployment adds: no shared cache may keep it.
PRIVATE_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}


def page_headers(form_targets: tuple[str, ...] = ()) -> dict[str, str]:
    """Every header of a page."""
    return {**SECURITY_HEADERS, **PRIVATE_HEADERS, "Content-Security-Policy": content_security_policy(form_targets)}

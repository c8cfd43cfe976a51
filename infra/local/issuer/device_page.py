"""The page where a person types the code of a program that cannot open a browser (RFC 8628 section 3.3)."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from infra.local.issuer.form import comes_from_our_page, read_form, read_query
from infra.local.issuer.page import draw
from infra.local.issuer.sign_in_page import issuer_of, sign_in_from


async def show_device(request: Request) -> Response:
    """Answer the form; a code in the address is filled in, never approved by itself."""
    return draw(request, "device.html", user_code=read_query(request).get("user_code", [""])[-1][:20])


async def approve_device(request: Request) -> Response:
    """Approve or refuse, in the name of the person whose password is given."""
    issuer = issuer_of(request)
    fields = await read_form(request)
    if not comes_from_our_page(request, fields, issuer.issuer):
        return draw(request, "message.html", status=403, message="foreign_form")
    typed = fields.get("user_code", [""])[-1][:20]
    device = issuer.device_with(typed)
    username = fields.get("username", [""])[-1][:40]
    sign_in = sign_in_from(issuer, fields)
    if device is None or device.sign_in is not None or device.refused:
        return draw(request, "device.html", status=400, wrong="unknown_code", user_code=typed, username=username)
    if sign_in is None:
        return draw(request, "device.html", status=400, wrong="wrong", user_code=typed, username=username)
    refused = fields.get("decision", [""])[-1] != "approve"
    issuer.devices.put(device.device_code, replace(device, sign_in=sign_in, refused=refused))
    return draw(request, "message.html", message="refused" if refused else "approved")

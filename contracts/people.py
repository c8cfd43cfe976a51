"""How people appear in messages: by opaque id, with the roles they had, never by name (DESIGN, People and secrets)."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from contracts.identifiers import KeyId, PersonId
from contracts.noun import Noun


class Role(StrEnum):
    """What somebody is to a team. Roles travel with each request, so that a later change of role rewrites nothing."""

    DEVELOPER = "developer"
    DEVOPS = "devops"
    SECURITY = "security"
    COMPLIANCE_OFFICER = "compliance-officer"
    PRODUCT_MANAGER = "product-manager"
    COMMUNITY_MEMBER = "community-member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Personal(Noun):
    """Free text by a person, encrypted with that person's key; without the key it reads as nothing."""

    person: PersonId
    key: KeyId
    ciphertext: Annotated[str, StringConstraints(max_length=16_384, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
    """Base64 of nonce and ciphertext (XSalsa20-Poly1305, the secret box of NaCl)."""

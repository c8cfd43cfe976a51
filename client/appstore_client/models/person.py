"""Who is signed in."""

from appstore_client.models.base import ApiModel


class Membership(ApiModel):
    """What the person is to one team."""

    id: str
    slug: str
    roles: tuple[str, ...] = ()


class Me(ApiModel):
    """The signed-in person and their teams."""

    person: str
    name: str | None = None
    teams: tuple[Membership, ...] = ()

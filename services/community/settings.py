"""What an operator can set for the community service: nothing beyond what every service has."""

from chassis.settings import ServiceSettings


class CommunitySettings(ServiceSettings):
    """The settings of the community service."""

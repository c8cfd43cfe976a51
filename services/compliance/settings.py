"""What an operator can set for the compliance service."""

from pathlib import Path

from chassis.settings import ServiceSettings


class ComplianceSettings(ServiceSettings):
    """The settings of the compliance service."""

    policies_dir: Path = Path(__file__).parent / "policies"
    """The folder of the policy set. Its files are looked at every two seconds; a broken one changes nothing."""

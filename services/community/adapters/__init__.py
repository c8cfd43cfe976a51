"""Technologies that meet the ports of the community service."""

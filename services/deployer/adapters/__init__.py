"""The deployer's ports, each met with one technology."""

"""The deployer's ports met with MongoDB."""

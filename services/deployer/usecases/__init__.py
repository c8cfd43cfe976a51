"""The deployer's verbs: one async function a file."""

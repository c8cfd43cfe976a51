"""The verbs of compliance, one function a file."""

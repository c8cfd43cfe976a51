"""One reason why a deployment was rejected."""

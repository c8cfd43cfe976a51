"""The audit log: who changed what, on whose behalf, when and why, in one chain of hashes."""

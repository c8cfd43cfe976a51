"""How any service runs: the rules of the log, kept in one place (docs/architecture.md). It knows no service."""

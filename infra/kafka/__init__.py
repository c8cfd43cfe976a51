"""What the event log needs before any service can speak through it."""

"""What happens, as it happens: the tail's events for streams, waits and pages."""

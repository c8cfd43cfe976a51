"""A request in: idempotency, stored before 202, an operation to follow, and waiting for its end."""

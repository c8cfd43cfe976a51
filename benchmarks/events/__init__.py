"""How fast events travel, and what they cost: `make bench-events`."""

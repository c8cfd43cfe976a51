"""What the gateway knows, folded from the log: one file a thing that is read, its shape and its pure `apply`."""

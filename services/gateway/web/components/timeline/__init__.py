"""The timeline: one component for everything that happens."""

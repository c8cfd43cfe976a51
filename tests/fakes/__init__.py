"""Ports of the services, met in memory: what use cases are tested on."""

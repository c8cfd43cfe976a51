"""The operator's commands: sub-commands of `appstore` that a checkout of the platform adds to those of the client.

Each is an entry point of the group `appstore.commands` (pyproject.toml). They read a service's own database, with that
service's settings, and never go through the API.
"""

"""The command `appstore`: the API for people in a terminal and for scripts."""

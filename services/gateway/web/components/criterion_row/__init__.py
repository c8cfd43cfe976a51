"""One criterion of an app, explained."""

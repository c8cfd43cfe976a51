"""Catalog: publishes apps and their versions from folders of YAML."""

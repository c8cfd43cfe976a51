"""Brings what was approved into the cluster, and tells how it went."""

"""Deployments under load while everything dies, stalls, is cut off and repeats itself; then a checker counts."""

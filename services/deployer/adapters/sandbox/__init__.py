"""A cluster without a cluster: real objects, real schemas, and outcomes that follow from a file. `cluster.py` first."""

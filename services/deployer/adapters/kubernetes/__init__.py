"""A real Kubernetes cluster behind the deployer's `Cluster` port. `cluster.py` is where to start."""

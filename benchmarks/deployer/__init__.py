"""What the deployer costs on a real control plane, beside bare applies of the same objects. `make bench-deployer`."""

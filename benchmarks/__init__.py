"""What is measured and how. Each folder is one benchmark, run by one command (`make bench-…`); none runs in CI."""

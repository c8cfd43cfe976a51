"""The deployer's nouns: pure, without clock, randomness or I/O."""

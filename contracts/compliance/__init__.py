"""What is said about trust: rules, evidence, verdicts and decisions."""

"""What judges apps: rules, evidence, verdicts and the decision on a deployment."""

"""What compliance keeps, in MongoDB."""

"""What was asked against what is free."""

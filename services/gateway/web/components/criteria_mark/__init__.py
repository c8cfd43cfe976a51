"""The criteria mark: shape says which criterion, fill says what is known."""

"""What is said about people signing in. Incidents get their events beside these when they come."""

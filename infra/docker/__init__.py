"""The images, Docker Compose, and what checks them: nothing here runs in production."""

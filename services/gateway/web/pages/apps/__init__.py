"""All apps, with a filter on words."""

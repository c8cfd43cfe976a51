"""One app, with every verdict explained."""

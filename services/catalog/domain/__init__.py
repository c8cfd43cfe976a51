"""What the catalog knows: apps, their versions, and what a folder of apps says."""

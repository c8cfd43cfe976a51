"""From an app version's short description to Kubernetes objects. `build.py` is where to start."""

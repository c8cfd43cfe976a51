"""The rollout as a picture: time as a bar, pods as squares."""

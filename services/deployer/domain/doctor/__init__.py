"""Why a rollout does not get healthy: one finding a file, each a pure function of what the cluster shows."""

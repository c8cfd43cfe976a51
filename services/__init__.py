"""The five services. They are strangers to each other: they share contracts and the chassis, nothing else."""

"""Messages between a registration's dealer and those who decide on it: read by both sides, by nobody else."""

"""A POST about accounts or signing in, into clean values."""

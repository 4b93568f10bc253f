"""How long production takes: `make bench`."""

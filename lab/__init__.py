"""The laboratory: the production program on one machine, on loopback, with real parts wherever one exists."""

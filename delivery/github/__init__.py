"""GitHub: where it is, and its API for those who change something there."""

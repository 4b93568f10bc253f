"""The rules: each module holds `POLICIES`, a tuple of catalogue entries with their pure functions and examples."""

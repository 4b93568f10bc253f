"""Whether what is there is still what was applied, and whom that is told."""

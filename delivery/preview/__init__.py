"""`cartorio preview`: what an update of a stack would do, as a plan."""

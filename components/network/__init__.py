"""The network that everything of a stack lives in."""

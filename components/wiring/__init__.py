"""One module an area: which of its components a stack has, and what they are given."""

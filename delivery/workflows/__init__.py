"""GitHub's workflows of this repository, checked."""

"""Raw properties -> typed frozen models."""

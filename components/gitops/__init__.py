"""GitOps: Flux, its source and what it applies."""

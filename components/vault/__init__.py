"""Vault: signing keys, secrets and short-lived credentials."""

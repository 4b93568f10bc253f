"""Encryption and signing keys."""

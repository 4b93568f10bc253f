"""Namespaces and what they allow."""

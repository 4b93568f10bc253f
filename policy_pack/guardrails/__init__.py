"""Compliance rules as a library; only `adapter` knows Pulumi."""

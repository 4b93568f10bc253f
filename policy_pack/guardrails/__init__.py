"""Compliance rules as a library; only `adapter`, `adapter_server` and `handed_over` know Pulumi."""

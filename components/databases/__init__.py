"""The databases in the cluster."""

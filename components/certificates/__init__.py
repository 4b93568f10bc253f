"""Certificates of the traffic inside the cluster."""

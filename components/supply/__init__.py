"""The supply chain: where images are kept, who signs them, which of them the cluster admits."""

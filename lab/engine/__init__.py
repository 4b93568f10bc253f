"""The real Pulumi engine in the lab: its environment, its plugins, its language host, and how it is run and mended."""

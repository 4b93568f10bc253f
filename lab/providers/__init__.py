"""Pulumi providers of the lab: the official plugins' protocol and behaviour for what the program uses."""

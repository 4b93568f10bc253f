"""`cartorio charts`: third-party charts, brought into the project."""

"""The way in from the internet."""

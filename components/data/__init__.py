"""Data that outlives the platform."""

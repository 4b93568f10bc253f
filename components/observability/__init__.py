"""What happens in the platform: metrics, logs, traces, and who is told."""

"""Secrets: External Secrets Operator and AWS Secrets Manager."""

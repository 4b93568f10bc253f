"""The stack's keys in KMS: whether they are what the stack's file declares."""

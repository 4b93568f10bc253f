"""The lab's application image: built without a container engine, pushed by digest, signed with the KMS key."""

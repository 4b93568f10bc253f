"""A release: images by digest, looked at, signed, and made known."""

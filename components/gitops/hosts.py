"""The public keys of Git hosts, as lines of known_hosts: whoever answers with another key is not the host.

https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
"""

from __future__ import annotations

from typing import Final

_ED25519: Final = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
_P256: Final = (
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRg"
    "g6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg="
)

GITHUB: Final = (f"github.com ssh-ed25519 {_ED25519}", f"github.com ecdsa-sha2-nistp256 {_P256}")
"""Of github.com, with the fingerprints that its documentation has.

SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU and SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM.
"""

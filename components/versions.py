"""Every version that the program itself pins; Python packages are in requirements.txt, tools in the toolchain."""

from __future__ import annotations

from typing import Final

POD_SECURITY: Final = "v1.34"
"""Edition of the Pod Security Standards that namespaces enforce.

A cluster older than this judges by its own newest edition; a newer one keeps to this one until the pin moves, so that
an upgrade of the cluster never starts to refuse pods.
https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

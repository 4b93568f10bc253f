"""Pulumi's provider protocol for tables of resource types: what the lab's `aws` and `random` plugins have in common.

A plugin is `serve(Provider(name=..., version=..., types=...))`; `lab.providers.model` says what a type is.
"""

from __future__ import annotations

from lab.providers.kit.process import serve
from lab.providers.kit.provider import Provider

__all__ = ["Provider", "serve"]

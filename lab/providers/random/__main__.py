"""The plugin `pulumi-resource-random`: `python -m lab.providers.random [flags] <engine address>`."""

from __future__ import annotations

from lab.providers.kit import serve
from lab.providers.random.plugin import provider

if __name__ == "__main__":
    serve(provider())

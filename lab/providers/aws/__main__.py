"""`python -m lab.providers.aws`: be Pulumi's aws plugin."""

from __future__ import annotations

from lab.providers.aws.provider import AwsProvider
from lab.providers.kit import serve

if __name__ == "__main__":
    serve(AwsProvider())

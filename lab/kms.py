"""A client of the lab's KMS that knows nothing of the engineer's own AWS configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def client(variables: Mapping[str, str]) -> Any:  # noqa: ANN401  botocore makes its clients at run time
    """The client.

    Args:
        variables: of the lab (`lab.engine.environment`): this process has the engineer's own.
    """
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return session.create_client(
        "kms",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        config=Config(proxies={}),  # a proxy of the machine can't reach its loopback
    )

from __future__ import annotations

import subprocess
import sys

from lab.paths import PROJECT_ROOT

# In a process of its own: this one has long imported the SDK.
SCRIPT = """
import sys
from lab.providers.kit.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
assert "pulumi" not in sys.modules, "the stubs brought the SDK along"
first = provider_pb2.CheckRequest(urn="x")
import pulumi
from pulumi.runtime.proto import provider_pb2 as official
assert official.CheckRequest is provider_pb2.CheckRequest
assert official.CheckRequest.FromString(first.SerializeToString()) == first
"""


def test_the_stubs_come_without_the_sdk_and_agree_with_it() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sdk_is_used_where_it_is_loaded() -> None:
    import pulumi.runtime.proto.provider_pb2 as official

    from lab.providers.kit.protocol import provider_pb2

    assert official.CheckRequest is provider_pb2.CheckRequest

"""The SDK's gRPC stubs without the SDK: a third of a second less at every start of the language host.

`import pulumi.runtime.proto` first runs `pulumi/__init__.py` and all that it imports (0.4 s here, the stubs alone
5 ms). A process that only speaks the protocol can do without: empty parent packages that know their folders.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

_PARENTS = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")

CHANNEL_OPTIONS = (
    # What the SDK itself sets (pulumi.runtime.settings): a stack's properties can be large.
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
)


def use_light_stubs() -> None:
    """Make `pulumi.runtime.proto.*` importable without importing `pulumi`; for whole processes, before such an import.

    Does nothing where `pulumi` has been imported already.

    Raises:
        ModuleNotFoundError: the SDK is not installed.
    """
    if "pulumi" in sys.modules:
        return
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the Pulumi SDK is not installed in this interpreter", name="pulumi")
    root = Path(next(iter(spec.submodule_search_locations)))
    for name in _PARENTS:
        parent = types.ModuleType(name)
        parent.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = parent

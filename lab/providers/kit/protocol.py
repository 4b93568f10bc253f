"""Pulumi's generated protocol stubs, without the SDK around them.

`import pulumi` takes half a second, most of it parts that a provider never uses; the generated modules need a quarter
of that, and the engine waits for a plugin's port. They are loaded from the SDK's own folder under a private package
name, unless the SDK is there already. The descriptors of both are one and the same in protobuf's pool, so that classes
stay identical when the SDK is imported later (tests/lab/providers/kit/test_protocol.py holds that).
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
else:

    def _package() -> str:
        """The importable name of the folder that holds the stubs."""
        if "pulumi" in sys.modules:
            return "pulumi.runtime.proto"
        name = f"{__name__}_stubs"
        if name not in sys.modules:
            spec = importlib.util.find_spec("pulumi")
            if spec is None or spec.submodule_search_locations is None:
                raise ModuleNotFoundError("the pulumi package is missing: install requirements.txt", name="pulumi")
            package = types.ModuleType(name, "The generated modules of pulumi.runtime.proto.")
            package.__path__ = [f"{folder}/runtime/proto" for folder in spec.submodule_search_locations]
            sys.modules[name] = package
        return name

    _PACKAGE = _package()
    plugin_pb2 = importlib.import_module(f"{_PACKAGE}.plugin_pb2")
    provider_pb2 = importlib.import_module(f"{_PACKAGE}.provider_pb2")
    provider_pb2_grpc = importlib.import_module(f"{_PACKAGE}.provider_pb2_grpc")
    status_pb2 = importlib.import_module(f"{_PACKAGE}.status_pb2")

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]

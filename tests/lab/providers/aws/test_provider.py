from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from lab.providers.aws.provider import TYPES, AwsProvider
from lab.providers.aws.recorded import Recorded
from lab.providers.kit.protocol import provider_pb2_grpc
from lab.providers.kit.sdk_types import sdk_class
from tests.support.aws_case import KEYS
from tests.support.provider_engine import Engine, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.providers.aws.resource import Resource
    from tests.support.aws_case import Case

# What moto can't do is tested for its error instead.
IMPOSSIBLE = {
    "aws:acm/certificate:Certificate": {"options"},
    "aws:eks/cluster:Cluster": {"version"},
    "aws:eks/nodeGroup:NodeGroup": {"launchTemplate", "releaseVersion", "tags", "version"},
    "aws:cloudtrail/trail:Trail": {"insightSelectors"},
    "aws:cloudwatch/logGroup:LogGroup": {"kmsKeyId"},
    "aws:guardduty/detector:Detector": {"tags"},
    # Of another feature than the case's, in a test of its own.
    "aws:guardduty/detectorFeature:DetectorFeature": {"additionalConfigurations"},
    "aws:shield/subscription:Subscription": {"autoRenew"},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"clientIdLists"},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {"referencedSecurityGroupId"},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"referencedSecurityGroupId"},
    # Of an interface endpoint, which `test_ec2_endpoints` has beside its case; and the gap that its module names.
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"privateDnsEnabled", "routeTableIds", "securityGroupIds", "subnetIds"},
}


def _cases() -> Iterator[Case]:
    """The cases of every service's tests."""
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file != Path(__file__):
            yield from getattr(importlib.import_module(f"tests.lab.providers.aws.{file.stem}"), "CASES", ())


CASES = {case.token: case for case in _cases()}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_type_has_its_life_tested(kind: type[Resource]) -> None:
    """Each property is created with, changed or replaced somewhere, and each type is spoilt by hand."""
    if issubclass(kind, Recorded):
        assert kind.reason  # there is no service that could change it or spoil it
        return
    table, case = kind.table, CASES[kind.table.token]
    changed = {name for change in case.updates for name in change}
    replaced = {name for change in case.replaces for name in change}
    region = {"region"} if table.regional else set()
    assert replaced == set(table.force_new) | region
    assert changed == set(table.inputs) - table.force_new - IMPOSSIBLE.get(table.token, set())
    assert case.spoilt or set(table.inputs) == table.force_new


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_tables_agree_with_the_sdk(kind: type[Resource]) -> None:
    resource = AwsProvider({}).types[kind.table.token]
    assert sdk_class(kind.table.token).__name__ == kind.__name__
    schema, table = resource.schema, kind.table
    assert schema.inputs.keys() == set(table.inputs) | ({"region"} if table.regional else set())
    assert schema.outputs == table.outputs
    named = table.force_new | table.computed | table.local | table.untold | table.defaults.keys()
    assert named | table.documents.keys() | table.equivalent.keys() | table.shapes.keys() <= set(table.inputs)
    assert not schema.required & schema.defaults.keys()
    assert ("tags" in table.inputs) == (table.tagging is not None)


def test_tokens_are_unique() -> None:
    assert len(AwsProvider({}).types) == len(TYPES)


def test_unsupported_type_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="aws:dynamodb/table:Table"):
        engine.check("aws:dynamodb/table:Table", "t", {})


def test_version_is_the_sdks() -> None:
    assert AwsProvider({}).version == importlib.metadata.version("pulumi-aws")


def test_the_plugin_is_a_process(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with subprocess.Popen([sys.executable, "-m", "lab.providers.aws"], stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            port = int(plugin.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                engine = Engine(provider_pb2_grpc.ResourceProviderStub(channel))
                engine.configure(**KEYS)
                # All at once, as the engine asks: the SDK's lazily loaded modules must not show half of themselves.
                with ThreadPoolExecutor(len(CASES)) as pool:
                    checked = pool.map(lambda case: engine.check(case.token, "subject", case.inputs), CASES.values())
                    assert all(checked)
                key = engine.create("aws:kms/key:Key", "k", {"description": "d"})
                assert engine.refresh(key) == key
        finally:
            plugin.terminate()
        assert plugin.wait(20) == 0

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.providers.aws.api_server import ApiServer, api_server
from lab.providers.aws.provider import AwsProvider
from lab.providers.model import ResourceError
from tests.support.aws_case import KEYS, REGION
from tests.support.eks import CLUSTER, ROLE, role
from tests.support.provider_engine import serving

if TYPE_CHECKING:
    from pathlib import Path

KUBECONFIG = {
    "clusters": [
        {"name": "other", "cluster": {"server": "https://other", "certificate-authority-data": "b3RoZXI="}},
        {"name": "lab", "cluster": {"server": "https://127.0.0.1:6443", "certificate-authority-data": "bGFi"}},
    ],
    "contexts": [
        {"name": "there", "context": {"cluster": "other", "user": "u"}},
        {"name": "here", "context": {"cluster": "lab", "user": "u"}},
    ],
    "users": [{"name": "u", "user": {"client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"}}],
    "current-context": "here",
}


@pytest.fixture
def lab(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(KUBECONFIG))
    return {**environment, "CARTORIO_LAB": str(tmp_path), "KUBECONFIG": str(file)}


def test_the_current_context_says_where_it_is(lab: dict[str, str]) -> None:
    assert api_server(lab) == ApiServer("https://127.0.0.1:6443", "bGFi", "Y2VydA==", "a2V5")


@pytest.mark.parametrize("missing", ["CARTORIO_LAB", "KUBECONFIG"])
def test_outside_of_the_lab_nobodys_kubeconfig_is_read(lab: dict[str, str], missing: str) -> None:
    assert api_server({name: value for name, value in lab.items() if name != missing}) is None


@pytest.mark.parametrize("text", ["", "[", "{}", '{"contexts": [], "current-context": "here"}'])
def test_a_kubeconfig_that_says_nothing_is_an_error_that_names_it(
    lab: dict[str, str], text: str, tmp_path: Path
) -> None:
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(ResourceError, match=r"kubeconfig, which tells of no API server of the lab"):
        api_server(lab)


def test_the_key_is_not_shown(lab: dict[str, str]) -> None:
    assert "a2V5" not in repr(api_server(lab))


def test_in_the_lab_every_cluster_answers_where_the_labs_api_server_does(lab: dict[str, str]) -> None:
    with serving(AwsProvider(lab)) as engine:
        engine.configure(region=REGION, **KEYS)
        made = engine.create(ROLE, "r", role("eks.amazonaws.com"))
        inputs = {"roleArn": made.outputs["arn"], "vpcConfig": {"subnetIds": ["subnet-1"]}}
        for name in ("one", "two"):
            cluster = engine.create(CLUSTER, name, {**inputs, "name": name})
            assert cluster.outputs["endpoint"] == "https://127.0.0.1:6443"
            assert cluster.outputs["certificateAuthority"] == {"data": "bGFi"}
            assert engine.refresh(cluster) == cluster

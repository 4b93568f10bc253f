from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.ecr import EcrHost, credential, parse_host
from guardrails.trust.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION = "sa-east-1"


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("111122223333.dkr.ecr.sa-east-1.amazonaws.com", EcrHost(REGION, is_fips=False)),
        ("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", EcrHost("us-gov-west-1", is_fips=True)),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", EcrHost("cn-north-1", is_fips=False)),
        ("111122223333.dkr-ecr.sa-east-1.on.aws", EcrHost(REGION, is_fips=False)),
    ],
)
def test_hosts_of_ecr(host: str, found: EcrHost) -> None:
    assert parse_host(host) == found


@pytest.mark.parametrize(
    "host",
    [
        "ecr.evil.com",
        "111122223333.dkr.ecr.sa-east-1.amazonaws.com.evil.example",
        "evil.example.111122223333.dkr.ecr.sa-east-1.amazonaws.com",
        "111122223333.dkr.ecr.sa-east-1.evil.com",
        "111122223333.dkr.ecr.sa-east-1.amazonaws.com:8443",
        "111122223333.dkr.ecr.sa-east-1.amazonaws.com.cn",
        "111122223333.dkr.ecr.cn-north-1.amazonaws.com",
        "111122223333-dkr.ecr.sa-east-1.amazonaws.com",
        "111122223333.dkr.ecr.sa-east-1xamazonaws.com",
        "11112222333.dkr.ecr.sa-east-1.amazonaws.com",
        "me.dkr.ecr.sa-east-1.amazonaws.com",
        "111122223333.dkr.ecr.sa-east-1.amazonaws.com\n",
        "111122223333.dkr.ecr.evil.com/.sa-east-1.amazonaws.com",
        "public.ecr.aws",
        "",
    ],
)
def test_hosts_that_are_not_ecr_s(host: str) -> None:
    assert parse_host(host) is None


@given(st.text(alphabet="0123456789.dkrecs-amzonw:/@ai1", max_size=60))
def test_only_amazon_s_domains_are_ecr_s(host: str) -> None:
    if parse_host(host) is not None:
        assert host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".on.aws"))


def test_aws_gives_a_token(aws: Mapping[str, str]) -> None:
    assert aws
    found = asyncio.run(credential(EcrHost(REGION, is_fips=False), 60))
    assert found.username == "AWS"
    assert found.password
    assert found.password not in repr(found)


def test_without_aws_the_error_says_so(aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert aws
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Unavailable, match="NoCredentialsError") as caught:
        asyncio.run(credential(EcrHost(REGION, is_fips=False), 60))
    assert "ecr:GetAuthorizationToken" in caught.value.remedy

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.aws.account import Account
from lab.providers.aws.provider import AwsProvider
from lab.providers.model import UNKNOWN, ResourceError, Unknown
from tests.support.aws_case import KEYS
from tests.support.provider_engine import RefusedError, serving

if TYPE_CHECKING:
    from tests.support.provider_engine import Engine

KEY = "aws:kms/key:Key"


def test_region_from_the_environment(environment: dict[str, str]) -> None:
    account = Account({**environment, "AWS_REGION": "eu-west-1"})
    account.configure(KEYS)
    assert account.cloud.region == "eu-west-1"
    account.configure({**KEYS, "region": "us-east-1"})
    assert account.cloud.region == "us-east-1"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"region": "mars"}, "region is 'mars'"),
        ({"accessKey": "a"}, "secretKey and accessKey belong together"),
        ({"allowedAccountIds": ["1"], "forbiddenAccountIds": ["2"]}, "exclude each other"),
    ],
)
def test_impossible_settings(environment: dict[str, str], settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ResourceError, match=reason):
        Account(environment).configure(settings)


def test_no_region() -> None:
    with pytest.raises(ResourceError, match="no region"):
        Account({}).configure(KEYS)


@pytest.mark.parametrize(
    "settings", [{"allowedAccountIds": ["123456789012"]}, {"forbiddenAccountIds": ["210987654321"]}]
)
def test_the_right_account(bare: Engine, settings: dict[str, Any]) -> None:
    bare.configure(region="sa-east-1", **KEYS, **settings)
    assert bare.create(KEY, "k", {}).id


@pytest.mark.parametrize(
    "settings", [{"allowedAccountIds": ["210987654321"]}, {"forbiddenAccountIds": ["123456789012"]}]
)
def test_the_wrong_account(bare: Engine, settings: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=r"belong to account 123456789012, but .*AccountIds has"):
        bare.configure(region="sa-east-1", **KEYS, **settings)


def test_settings_come_as_json_text_from_sdks(bare: Engine) -> None:
    bare.configure(
        region="sa-east-1",
        **KEYS,
        defaultTags='{"tags": {"a": "b"}}',
        allowedAccountIds='["123456789012"]',
        skipCredentialsValidation="true",
        endpoints="[]",
    )
    assert bare.create(KEY, "k", {}).outputs["tagsAll"] == {"a": "b"}


def test_unsupported_setting_is_refused_by_name(bare: Engine) -> None:
    with pytest.raises(RefusedError, match=r"^assumeRoles: .*assumeRoles"):
        bare.configure(region="sa-east-1", assumeRoles=[{"roleArn": "arn:aws:iam::123456789012:role/x"}])


def test_endpoints_of_the_provider_are_used(environment: dict[str, str]) -> None:
    url = environment.pop("AWS_ENDPOINT_URL")
    with serving(AwsProvider(environment)) as engine:
        engine.configure(region="sa-east-1", **KEYS, endpoints=[{"kms": url}])
        assert engine.create(KEY, "k", {}).id
        with pytest.raises(RefusedError, match="no endpoint is named for s3"):
            engine.create("aws:s3/bucket:Bucket", "b", {})


def test_not_configured_yet(environment: dict[str, str]) -> None:
    """A preview in which a setting is unknown: the engine does not configure the plugin."""
    with serving(AwsProvider(environment)) as engine:
        assert isinstance(engine.check(KEY, "k", {"tags": {"a": "b"}})["tagsAll"], Unknown)
        with pytest.raises(RefusedError, match="not configured yet"):
            engine.find(KEY, "1234abcd-12ab-34cd-56ef-1234567890ab")


def test_unknown_settings_are_not_judged() -> None:
    assert Account({}).check({"region": UNKNOWN, "accessKey": UNKNOWN, "secretKey": UNKNOWN}) == {}

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from lab.providers.aws.cloud import ApiError, Cloud, Credentials

CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "made-up")


def cloud(environment: dict[str, str], **others: Any) -> Cloud:  # noqa: ANN401 - as Cloud takes them
    return Cloud("sa-east-1", credentials=CREDENTIALS, environment=environment, **others)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:5000", "http://127.9.9.9", "http://localhost:1", "http://LOCALHOST:1", "https://[::1]:5000"],
)
def test_endpoints_on_this_machine(url: str) -> None:
    assert cloud({"AWS_ENDPOINT_URL": url}).endpoint("kms") == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://kms.sa-east-1.amazonaws.com", "never talks to the real AWS"),
        ("http://10.0.0.1:5000", "not on this machine"),
        ("http://localhost.example.com", "not on this machine"),
        ("http://127.0.0.1.example.com", "not on this machine"),
        ("http://2130706433", "not on this machine"),
        ("http://user@example.com#@127.0.0.1/", "not on this machine"),
        ("http://[::1", "no http or https URL"),
        ("ftp://127.0.0.1", "no http or https URL"),
        ("127.0.0.1:5000", "no http or https URL"),
    ],
)
def test_endpoints_elsewhere_are_refused(url: str, said: str) -> None:
    with pytest.raises(ApiError, match=said):
        cloud({"AWS_ENDPOINT_URL": url}).api("kms")


def test_no_endpoint_means_no_call_and_says_what_to_do() -> None:
    with pytest.raises(ApiError, match=r"no endpoint is named for kms.*make up"):
        cloud({}).api("kms")


def test_a_host_can_be_allowed_by_name() -> None:
    environment = {"AWS_ENDPOINT_URL": "http://moto.test:5000", "CARTORIO_LAB_AWS_HOSTS": "other, Moto.test"}
    assert cloud(environment).endpoint("kms") == "http://moto.test:5000"
    with pytest.raises(ApiError, match=r"CARTORIO_LAB_AWS_HOSTS=aws\.test"):
        cloud({**environment, "AWS_ENDPOINT_URL": "http://aws.test"}).endpoint("kms")


def test_the_nearest_endpoint_counts() -> None:
    environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:2"}
    found = cloud(environment, endpoints={"s3": "http://127.0.0.1:3"})
    assert found.endpoint("sts") == "http://127.0.0.1:1"
    assert found.endpoint("kms") == "http://127.0.0.1:2"
    assert found.endpoint("s3") == "http://127.0.0.1:3"


def test_clients_are_made_once_whoever_asks(environment: dict[str, str]) -> None:
    shared = cloud(environment)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shared.api("kms"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(api) for api in found}) == 1
    assert shared.api("kms", "us-east-1") is not found[0]


def test_error_has_operation_code_message_and_request(environment: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        cloud(environment).api("kms")("describe_key", KeyId="alias/none")
    assert caught.value.missing
    assert caught.value.code == "NotFoundException"
    assert str(caught.value).startswith("kms:DescribeKey in sa-east-1: ")
    assert "(NotFoundException, HTTP 400, request " in str(caught.value)


def test_head_requests_name_their_code(environment: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        cloud(environment).api("s3")("head_bucket", Bucket="none")
    assert (caught.value.code, caught.value.missing) == ("NotFound", True)


def test_parameters_that_the_service_does_not_know(environment: dict[str, str]) -> None:
    with pytest.raises(ApiError, match=r"kms:CreateKey in sa-east-1: Parameter validation failed"):
        cloud(environment).api("kms")("create_key", Colour="red")


def test_whole_numbers_of_the_protocol_are_integers(environment: dict[str, str]) -> None:
    kms = cloud(environment).api("kms")
    key = kms("create_key")["KeyMetadata"]["KeyId"]
    assert kms("schedule_key_deletion", KeyId=key, PendingWindowInDays=7.0)["KeyId"]


def test_cloud_that_is_down_is_said_so_in_seconds() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ApiError, match="Could not connect") as caught:
            cloud({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}).api("kms")("list_keys")
    assert not caught.value.missing


def test_proxies_of_the_machine_are_not_asked(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert cloud(environment).api("sts")("get_caller_identity")["Account"]


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401 - pathlib's
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ApiError, match="no AWS credentials"):
        Cloud("sa-east-1", environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).api("kms")


def test_profile_that_does_not_exist() -> None:
    wrong = Cloud(
        "sa-east-1", credentials=Credentials(profile="nobody"), environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    )
    with pytest.raises(ApiError, match=r"no client for kms in sa-east-1: .*nobody"):
        wrong.api("kms")


@pytest.mark.parametrize(
    ("region", "partition"), [("sa-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_partition(region: str, partition: str) -> None:
    assert Cloud(region, environment={}).partition == partition


def test_secrets_are_not_in_its_text() -> None:
    assert "made-up" not in repr(CREDENTIALS)

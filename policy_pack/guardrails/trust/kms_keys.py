"""Public keys in AWS KMS: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html.

Asked plainly where the environment says all that has to be known (`aws_call`), else by the SDK.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import keys
from guardrails.trust._fields import data
from guardrails.trust.aws_call import Caller, Unusual
from guardrails.trust.errors import Malformed, Unavailable, quoted

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from guardrails.trust.key_source import KmsSource

_KMS_SECONDS: Final = 5


def load(source: KmsSource) -> keys.PublicKey:
    """Ask KMS for the key's state and its public part.

    Raises:
        Unavailable: KMS cannot be asked, or the key is not enabled.
        Malformed: what it has is not an acceptable signing key.
    """
    try:
        return _read(source, _PlainKms(source))
    except Unusual:
        return _load_by_sdk(source)


def _load_by_sdk(source: KmsSource) -> keys.PublicKey:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return _read(source, _kms_client(source))
    except ClientError as error:
        what, remedy = _explain(error.response, source)
        raise Unavailable(what, remedy=remedy) from error
    except BotoCoreError as error:
        raise Unavailable(
            f"KMS cannot be asked: {error}",
            remedy="check the AWS region, credentials and endpoint of this shell (AWS_REGION, AWS_ENDPOINT_URL)",
        ) from error


def _read(source: KmsSource, kms: KMSClient | _PlainKms) -> keys.PublicKey:
    """Read the key, whoever asks for it.

    `DescribeKey` comes first although KMS itself refuses `GetPublicKey` for a disabled key: its answer tells an
    operator which state the key is in, and stand-ins for KMS don't all refuse.
    """
    metadata = kms.describe_key(KeyId=source.key)["KeyMetadata"]
    state, usage = metadata.get("KeyState"), metadata.get("KeyUsage")
    if state != "Enabled":
        raise Unavailable(
            f"the key's state in KMS is {quoted(state)[1:-1]}, not Enabled",
            remedy=f"enable {source}, or name the key that replaced it in trust.yaml",
        )
    if usage != "SIGN_VERIFY":
        raise Malformed(f"the key's usage in KMS is {quoted(usage)[1:-1]}; a signing key has SIGN_VERIFY")
    arn = metadata.get("Arn", "")
    if source.region and not arn.startswith(source.key.rpartition(":")[0]):
        raise Malformed(f"KMS answered about {quoted(arn)}, which is of another account or region")
    answer = kms.get_public_key(KeyId=arn)  # not by alias: that could lead elsewhere by now
    told = answer.get("KeyUsage", usage)
    if told != "SIGN_VERIFY":
        raise Malformed(f"the key's usage in KMS is {quoted(told)[1:-1]}; a signing key has SIGN_VERIFY")
    return keys.from_der(answer["PublicKey"])


class _PlainKms:
    """The two calls without the SDK: they raise `Unusual` where only that knows what to do."""

    def __init__(self, source: KmsSource) -> None:
        url = f"https://{source.endpoint}" if source.endpoint else None
        self._caller = Caller.of("kms", source.region, url, os.environ)

    def describe_key(self, *, KeyId: str) -> Any:  # noqa: N803, ANN401 -- as the SDK has it
        answer = self._caller.call("TrentService.DescribeKey", {"KeyId": KeyId})
        metadata = answer.get("KeyMetadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("Arn"), str):
            raise Unusual
        return answer

    def get_public_key(self, *, KeyId: str) -> Any:  # noqa: N803, ANN401 -- as the SDK has it
        answer = self._caller.call("TrentService.GetPublicKey", {"KeyId": KeyId})
        return {**answer, "PublicKey": data(answer.get("PublicKey"), "public key")}


def _kms_client(source: KmsSource) -> KMSClient:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=_KMS_SECONDS, read_timeout=_KMS_SECONDS, retries={"total_max_attempts": 2})
    # A session of our own: boto3's default one is not safe to create from several threads at once.
    return boto3.session.Session().client(
        "kms",
        # boto3 alone knows only AWS_DEFAULT_REGION; cosign, and every other SDK, reads AWS_REGION first.
        region_name=source.region or os.environ.get("AWS_REGION") or None,
        endpoint_url=f"https://{source.endpoint}" if source.endpoint else None,
        config=config,
    )


def _explain(response: Any, source: KmsSource) -> tuple[str, str]:  # noqa: ANN401 -- botocore's untyped error
    code = str(response.get("Error", {}).get("Code", "unknown error"))
    if code == "NotFoundException":
        return "KMS has no such key", (
            "create the key first: bring the stack up with a release file that names no image, then sign and release "
            f"(locally, `make up` does all of it); or correct {source} in trust.yaml"
        )
    if code in {"AccessDeniedException", "AccessDenied"}:
        return "KMS denies access to the key", f"allow kms:DescribeKey and kms:GetPublicKey on {source}"
    return f"KMS answered {code}", "see the state of the key in KMS, then try again"

"""The way to the cloud: clients by service and region, bounded in time, never to the real AWS; and its errors.

Where requests go: the provider's `endpoints`, else `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`. Without one
of them, or with one that is not on this machine, nothing is sent: this plugin is the lab's.
"""

from __future__ import annotations

import ipaddress
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALLOW = "CARTORIO_LAB_AWS_HOSTS"  # further hosts the lab's cloud may have, comma separated
_CONNECT_SECONDS = 5
_READ_SECONDS = 30
_ATTEMPTS = 4

# What an error code is called, and what a person can do about it.
_HINTS = {
    "AccessDenied": "check the credentials and policies of the lab's cloud",
    "BucketAlreadyExists": "bucket names are global: choose another, or import the existing bucket",
    "BucketAlreadyOwnedByYou": "import the existing bucket (`pulumi import aws:s3/bucket:Bucket NAME BUCKET`)",
    "BucketNotEmpty": "empty it first, or set forceDestroy to true and run `pulumi up` before deleting it",
    "DeleteConflict": "detach what still uses it, or set forceDetachPolicies to true and run `pulumi up` first",
    "EntityAlreadyExists": "choose another name, or import the existing one",
    "ExpiredToken": "the credentials have expired: log in again",
    "InvalidClientTokenId": "check the access key",
    "RepositoryNotEmptyException": "delete its images first, or set forceDelete to true and run `pulumi up` first",
    "AlreadyExistsException": "choose another name, or import the existing one",
    "RepositoryAlreadyExistsException": "choose another name, or import the existing repository",
    "ResourceAlreadyExistsException": "choose another name, or import the existing one",
}


class ApiError(ResourceError):
    """An answer of the API that is an error. `code` is AWS's, "" when the cloud could not be reached."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def missing(self) -> bool:
        """Whether it says that what was asked for is not there."""
        endings = ("NotFound", "NotFoundException", "NotFoundError", "NonExistentQueue")
        return self.code.startswith("NoSuch") or self.code.endswith(endings)


@dataclass(frozen=True)
class Credentials:
    """Who asks: explicit keys, or a profile; nothing means boto3's own chain (environment, files)."""

    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    profile: str | None = None


class Api:
    """The operations of one service in one region: `api("describe_key", KeyId=...)`."""

    def __init__(self, client: Any, service: str, region: str) -> None:  # noqa: ANN401 - botocore makes it at run time
        self._client = client
        self.service = service
        self.region = region

    def __call__(self, operation: str, /, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore checks them
        """Call `operation` (boto3's name) with the parameters that are not None.

        Raises:
            ApiError: the service refused, or could not be reached.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = getattr(self._client, operation)(**{k: _whole(v) for k, v in parameters.items() if v is not None})
        except ClientError as error:
            raise self._refused(operation, error.response) from error
        except BotoCoreError as error:
            name = f"{self.service}:{_pascal(operation)}"
            raise ApiError(f"{name} in {self.region}: {error}") from error
        return dict(answer)

    def pages(self, operation: str, key: str, /, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - see above
        """All items under `key` of every page of `operation`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            pages = self._client.get_paginator(operation).paginate(**parameters)
            return [item for page in pages for item in page.get(key, ())]
        except ClientError as error:
            raise self._refused(operation, error.response) from error
        except BotoCoreError as error:
            raise ApiError(f"{self.service}:{_pascal(operation)} in {self.region}: {error}") from error

    def _refused(self, operation: str, response: Mapping[str, Any]) -> ApiError:
        error, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
        code = str(error.get("Code", ""))
        if code == "404":  # HEAD requests have no body to name the code
            code = "NotFound"
        text = f"{self.service}:{_pascal(operation)} in {self.region}: {error.get('Message') or 'no message'}"
        details = [part for part in (code, f"HTTP {metadata.get('HTTPStatusCode')}") if part]
        if metadata.get("RequestId"):
            details.append(f"request {metadata['RequestId']}")
        hint = _HINTS.get(code)
        return ApiError(f"{text} ({', '.join(details)}){f'; {hint}' if hint else ''}", code)


class Cloud:
    """The account that the provider works in. Threads share it."""

    def __init__(
        self,
        region: str,
        *,
        credentials: Credentials | None = None,
        endpoints: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.region = region
        self._credentials = credentials or Credentials()
        self._endpoints = dict(endpoints or {})
        self._environment = os.environ if environment is None else environment
        self._lock = threading.RLock()
        self._session: Any = None
        self._apis: dict[tuple[str, str], Api] = {}
        self._identity: dict[str, str] | None = None

    def api(self, service: str, region: str | None = None) -> Api:
        """The operations of `service` in `region` (the provider's own when None).

        Raises:
            ApiError: no endpoint on this machine is named for it, or the credentials can't be had.
        """
        key = (service, region or self.region)
        with self._lock:
            if key not in self._apis:
                self._apis[key] = Api(self._client(*key), *key)
            return self._apis[key]

    @property
    def identity(self) -> Mapping[str, str]:
        """Who the credentials belong to, as STS says it: `Account`, `Arn`, `UserId`; asked once."""
        with self._lock:
            if self._identity is None:
                answer = self.api("sts")("get_caller_identity")
                self._identity = {name: str(answer[name]) for name in ("Account", "Arn", "UserId")}
            return self._identity

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`, as the region has it."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def endpoint(self, service: str) -> str:
        """The URL that requests to `service` go to.

        Raises:
            ApiError: there is none, or it is not on this machine.
        """
        variable = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
        sources = (
            ("the provider's `endpoints`", self._endpoints.get(service)),
            (variable, self._environment.get(variable)),
            ("AWS_ENDPOINT_URL", self._environment.get("AWS_ENDPOINT_URL")),
        )
        for source, url in sources:
            if url:
                self._refuse_elsewhere(source, url)
                return url
        raise ApiError(
            f"this is the lab's aws provider and no endpoint is named for {service}: it never talks to the real AWS; "
            "start the lab (`make up`) and work in its shell (`make shell`), which sets AWS_ENDPOINT_URL, "
            "or install the official plugin"
        )

    def _refuse_elsewhere(self, source: str, url: str) -> None:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            parts, host = None, ""
        if parts is None or parts.scheme not in {"http", "https"} or not host:
            raise ApiError(f"{source} is {url!r}, which is no http or https URL")
        allowed = {name.strip().lower() for name in self._environment.get(_ALLOW, "").split(",") if name.strip()}
        if not _loopback(host) and host.lower() not in allowed:
            raise ApiError(
                f"{source} is {url!r}, which is not on this machine: this is the lab's aws provider and never talks to "
                "the real AWS; install the official plugin for that "
                f"(a lab cloud elsewhere is allowed by {_ALLOW}={host})"
            )

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - botocore makes it at run time
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        endpoint = self.endpoint(service)
        try:
            if self._session is None:
                self._session = boto3.Session(
                    aws_access_key_id=self._credentials.access_key,
                    aws_secret_access_key=self._credentials.secret_key,
                    aws_session_token=self._credentials.token,
                    profile_name=self._credentials.profile,
                    region_name=self.region,
                )
            if self._session.get_credentials() is None:
                raise ApiError(
                    "no AWS credentials: the lab's shell (`make shell`) sets AWS_ACCESS_KEY_ID and its secret"
                )
            return self._session.client(
                service,
                region_name=region,
                endpoint_url=endpoint,
                config=Config(
                    connect_timeout=_CONNECT_SECONDS,
                    read_timeout=_READ_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                    max_pool_connections=32,
                    proxies={},  # a proxy of the machine can't reach its loopback
                    s3={"addressing_style": "path"},
                ),
            )
        except (BotoCoreError, ValueError) as error:
            raise ApiError(f"no client for {service} in {region}: {error}") from error


def _loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _pascal(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("_"))


def _whole(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Protocol numbers are all floats; the API tells 30 from 30.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value

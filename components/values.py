"""Validated types of settings: quantities, addresses, names, references. Pure; each says what it accepts.

A setting that does not match is reported with the explanation given here, not with a regular expression. The same
pattern goes into the JSON Schema, so that an editor refuses what the program refuses.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_MILLI = 1000
_MEMORY_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclass(frozen=True)
class _Shape:
    """Pydantic metadata: a text that matches `pattern` as a whole, and the explanation for one that does not."""

    pattern: str
    explanation: str
    longest: int = 2048

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        pattern = f"^(?:{self.pattern})$"
        return {**handler(schema), "pattern": pattern, "maxLength": self.longest, "description": self.explanation}

    def _check(self, value: str) -> str:
        if len(value) > self.longest or re.fullmatch(self.pattern, value) is None:
            raise PydanticCustomError("shape", "must be {explanation}", {"explanation": self.explanation})
        return value


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise PydanticCustomError(
            "cidr",
            "must be a network in CIDR form such as 10.20.0.0/16, host bits zero ({error})",
            {"error": str(error)},
        ) from error
    if network.prefixlen == 0:
        raise PydanticCustomError("cidr", "must not be the whole internet: name the networks that are needed", {})
    return value


CpuQuantity = Annotated[
    str, _Shape(r"[1-9][0-9]{0,5}m|[1-9][0-9]{0,3}", "a CPU quantity: cores such as '2', or millicores such as '250m'")
]
MemoryQuantity = Annotated[
    str, _Shape(r"[1-9][0-9]{0,6}(Ki|Mi|Gi|Ti)", "a memory quantity in binary units such as '128Mi' or '2Gi'")
]
Cidr = Annotated[str, _Shape(r"[0-9a-fA-F:.]+/[0-9]{1,3}", "a network such as 10.20.0.0/16"), AfterValidator(_network)]
DnsLabel = Annotated[
    str, _Shape(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", "a DNS label: lower-case letters, digits and inner hyphens", 63)
]
LabelKey = Annotated[
    str,
    _Shape(
        r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
        "the key of a Kubernetes label such as app.kubernetes.io/name",
        317,
    ),
]
LabelValue = Annotated[
    str,
    _Shape(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", "the value of a Kubernetes label, at most 63 characters", 63),
]
PrincipalArn = Annotated[
    str,
    _Shape(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of an IAM role or user, without wildcards, such as arn:aws:iam::123456789012:role/operators",
    ),
]
GithubSubject = Annotated[
    str,
    _Shape(
        r"repo:[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+:"
        r"(pull_request|environment:[A-Za-z0-9][A-Za-z0-9 ._-]*|ref:refs/(heads|tags)/[A-Za-z0-9._/-]+)",
        "the exact subject of a GitHub workflow, without wildcards, such as repo:ORG/REPO:environment:producao,"
        " repo:ORG/REPO:ref:refs/heads/main or repo:ORG/REPO:pull_request",
        512,
    ),
]
OidcProviderArn = Annotated[
    str,
    _Shape(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com",
        "the ARN of the account's provider for GitHub, such as"
        " arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ),
]
SecretArn = Annotated[
    str,
    _Shape(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+",
        "the ARN of a secret in Secrets Manager, such as"
        " arn:aws:secretsmanager:sa-east-1:123456789012:secret:cartorio/hsm-a1b2c3",
    ),
]
HsmClusterId = Annotated[str, _Shape(r"cluster-[2-7a-zA-Z]{11,16}", "a CloudHSM cluster such as cluster-a23bcdefghi")]
KeyStoreId = Annotated[
    str, _Shape(r"cks-[0-9a-f]{8,60}", "a custom key store of KMS such as cks-1234567890abcdef0", 64)
]
BucketName = Annotated[
    str,
    _Shape(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots, hyphens",
    ),
]
KubernetesMinor = Annotated[str, _Shape(r"1\.[0-9]{2}", "a Kubernetes version without its patch, in quotes: '1.36'")]
RoleName = Annotated[
    str,
    _Shape(
        r"([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}",
        "the name of an IAM role of the account, with its path but without an ARN, such as platform-administrators",
        576,
    ),
]
InstanceType = Annotated[str, _Shape(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as m7g.large", 64)]
InstanceFamily = Annotated[str, _Shape(r"[a-z][a-z0-9-]*[0-9][a-z0-9-]*", "a family of EC2 instances such as m7g", 32)]
AccountId = Annotated[str, _Shape(r"[0-9]{12}", "an AWS account number: twelve digits, in quotes")]
Region = Annotated[str, _Shape(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as sa-east-1")]
AvailabilityZone = Annotated[str, _Shape(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]", "an availability zone such as sa-east-1a")]
EndpointService = Annotated[
    str, _Shape(r"[a-z0-9-]+(\.[a-z0-9-]+)*", "the last part of an endpoint service's name such as ecr.api or kms", 64)
]
RegistryPrefix = Annotated[
    str,
    _Shape(
        r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*",
        "a registry, or a folder in one, such as registry.cartorio.internal/cartorio: no scheme, no trailing slash",
        255,
    ),
]
SourceAddress = Annotated[
    str,
    _Shape(
        r"(https://|oci://)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*",
        "a chart repository such as https://charts.example.org or oci://registry.example.org/charts, or a registry of"
        " images such as quay.io/jetstack: no user, no trailing slash",
        512,
    ),
]
HostName = Annotated[
    str,
    _Shape(
        r"(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+",
        "a host name such as api.cartorio.example",
        253,
    ),
]
HttpUrl = Annotated[
    str,
    _Shape(
        r"https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9/._~%?=&-]*)?",
        "an address such as https://checks.example.org/canary: no user, no password",
    ),
]
HostPort = Annotated[
    str, _Shape(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?:[0-9]{1,5}", "a host and a port such as mail.example.org:587", 260)
]
EmailAddress = Annotated[
    str, _Shape(r"[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", "an e-mail address such as plantao@example.org", 254)
]
SlackChannel = Annotated[str, _Shape(r"#[a-z0-9_-]+", "a channel of Slack such as '#alertas', in quotes", 81)]
AttributeName = Annotated[
    str, _Shape(r"[a-z][a-z0-9_.-]*", "the name of an OpenTelemetry attribute such as enduser.id", 128)
]
HostedZoneId = Annotated[
    str, _Shape(r"Z[A-Z0-9]{1,31}", "the id of a hosted zone of Route 53 such as Z0123456789ABCDEFGHIJ")
]
CountryCode = Annotated[str, _Shape(r"[A-Z]{2}", "a country by its two letters (ISO 3166-1), such as BR")]
HeaderName = Annotated[str, _Shape(r"[a-z0-9-]+", "the name of an HTTP header in lower case such as cookie", 64)]
UrlPath = Annotated[str, _Shape(r"/[A-Za-z0-9/._~-]*", "a path such as /readyz", 512)]
RepositoryName = Annotated[
    str,
    _Shape(r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*", "a repository such as cartorio/api", 256),
]
CachePrefix = Annotated[
    str,
    _Shape(
        r"(?=..)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "the beginning of repositories' names such as mirror/quay.io, 2 to 30 characters",
        30,
    ),
]
ImageReference = Annotated[
    str,
    _Shape(
        r"[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+@sha256:[0-9a-f]{64}",
        "a full image reference by digest, registry/name@sha256: and 64 hexadecimal digits; a tag is not accepted",
        512,
    ),
]
VersionNumber = Annotated[
    str,
    _Shape(
        r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?",
        "a semantic version without build metadata such as 1.4.0 or 1.4.0-rc.1",
        63,
    ),
]
GroupName = Annotated[
    str, _Shape(r"[A-Za-z0-9][A-Za-z0-9:._@/-]*", "the name of a group of the cluster's identity provider", 256)
]
ProjectPath = Annotated[
    str,
    _Shape(
        r"(?!.*(^|/)\.\.(/|$))[A-Za-z0-9._][A-Za-z0-9._/-]*",
        "a path relative to the project's folder, inside it, such as .lab/release.json",
        512,
    ),
]
FilePath = Annotated[str, _Shape(r"[^\x00-\x1f]+", "the path of a file")]
Word = Annotated[str, _Shape(r"[A-Za-z0-9][A-Za-z0-9 ._:/=+@-]*", "a short text for a tag", 128)]
EnvironmentName = Annotated[str, _Shape(r"[A-Z][A-Z0-9_]*", "an environment variable: capitals, digits and _", 128)]
Port = Annotated[int, Field(ge=1, le=65535)]


def millicores(quantity: str) -> int:
    """Thousandths of a core in a `CpuQuantity`."""
    return int(quantity[:-1]) if quantity.endswith("m") else int(quantity) * _MILLI


def memory_bytes(quantity: str) -> int:
    """Bytes in a `MemoryQuantity`."""
    return int(quantity[:-2]) * _MEMORY_UNITS[quantity[-2:]]

"""The section about the way in from the internet: names, TLS, what is let through, and who is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.audit import Subscription
from components.sections.base import RetentionDays, Section, unique
from components.values import CountryCode, HeaderName, HostedZoneId, HostName, Port, UrlPath

_WILDCARD = "*."
_YEAR = 31_536_000


class TlsPolicy(StrEnum):
    """Which versions of TLS and ciphers are spoken: none below 1.2, all with forward secrecy.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
    """

    TLS13_12 = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    TLS13_12_RESTRICTED = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    TLS13_12_PQ = "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09"
    TLS13_12_RESTRICTED_PQ = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    TLS13_ONLY = "ELBSecurityPolicy-TLS13-1-3-2021-06"
    TLS13_ONLY_PQ = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"


class Hsts(Section):
    """What browsers are told: for how long they may use nothing but HTTPS (RFC 6797)."""

    max_age_seconds: Annotated[int, Field(ge=300, le=10 * _YEAR)] = 2 * _YEAR
    """Seconds that a browser remembers it. It cannot be called back: introduce it with a small number."""
    include_subdomains: bool = True
    """Whether it holds for every name below, too."""
    preload: bool = False
    """Whether the name may be built into browsers, which is not undone for months (https://hstspreload.org)."""

    @field_validator("preload")
    @classmethod
    def _long_enough(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator's shape
        age, below = info.data.get("max_age_seconds"), info.data.get("include_subdomains")
        if value and ((age is not None and age < _YEAR) or below is False):
            raise PydanticCustomError(
                "preload", "needs maxAgeSeconds of a year ({year}) at least, and includeSubdomains", {"year": _YEAR}
            )
        return value

    def header(self) -> str:
        """The value of `Strict-Transport-Security`."""
        parts = [f"max-age={self.max_age_seconds}"]
        parts += ["includeSubDomains"] if self.include_subdomains else []
        parts += ["preload"] if self.preload else []
        return "; ".join(parts)


class ManagedGroup(StrEnum):
    """AWS's rules (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html)."""

    IP_REPUTATION = "AWSManagedRulesAmazonIpReputationList"
    ANONYMOUS_IP = "AWSManagedRulesAnonymousIpList"
    COMMON = "AWSManagedRulesCommonRuleSet"
    KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"
    SQL_INJECTION = "AWSManagedRulesSQLiRuleSet"


class RateLimit(Section):
    """How much one address may ask for."""

    requests: Annotated[int, Field(ge=10, le=2_000_000_000)]
    """Requests of one address in the window; it is blocked for as long as there are more."""
    window_seconds: Literal[60, 120, 300, 600] = 300
    """The window."""
    count: bool = False
    """Whether it only counts what it would block."""


class Firewall(Section):
    """WAF: what is let through to the load balancer."""

    groups: tuple[ManagedGroup, ...] = tuple(ManagedGroup)
    """AWS's rules, in this order."""
    counting: tuple[ManagedGroup, ...] = ()
    """Those of groups that only count what they would block: for as long as nobody knows what real traffic that is."""
    rate_limit: RateLimit
    """How much one address may ask for."""
    countries: tuple[CountryCode, ...] = ()
    """Countries from which calls are let in; empty: all. Those of healthCheck.regions have to be among them."""
    redacted_headers: tuple[HeaderName, ...] = ("authorization", "cookie")
    """Headers whose values the log does not show."""
    log_retention_days: RetentionDays
    """Days that the log is kept."""
    alarm_blocked: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1000
    """Requests blocked within five minutes that are an alarm."""

    @field_validator("counting")
    @classmethod
    def _among_groups(cls, value: tuple[ManagedGroup, ...], info: ValidationInfo) -> tuple[ManagedGroup, ...]:
        for group in value:
            if group not in info.data.get("groups", value):
                raise PydanticCustomError(
                    "counting", "names '{group}', which is none of groups", {"group": group.value}
                )
        return value

    @field_validator("groups", "counting", "countries", "redacted_headers")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")


class CheckRegion(StrEnum):
    """Where Route 53's checkers are."""

    US_EAST_1 = "us-east-1"
    US_WEST_1 = "us-west-1"
    US_WEST_2 = "us-west-2"
    EU_WEST_1 = "eu-west-1"
    AP_SOUTHEAST_1 = "ap-southeast-1"
    AP_SOUTHEAST_2 = "ap-southeast-2"
    AP_NORTHEAST_1 = "ap-northeast-1"
    SA_EAST_1 = "sa-east-1"


_COUNTRIES = {
    CheckRegion.US_EAST_1: "US",
    CheckRegion.US_WEST_1: "US",
    CheckRegion.US_WEST_2: "US",
    CheckRegion.EU_WEST_1: "IE",
    CheckRegion.AP_SOUTHEAST_1: "SG",
    CheckRegion.AP_SOUTHEAST_2: "AU",
    CheckRegion.AP_NORTHEAST_1: "JP",
    CheckRegion.SA_EAST_1: "BR",
}


class PublicCheck(Section):
    """Whether the public name answers, seen from outside, every thirty seconds."""

    path: UrlPath = "/readyz"
    """What is asked for; an answer other than 2xx or 3xx is a failure."""
    failures: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row, as one checker sees it, that make it unhealthy."""
    regions: Annotated[tuple[CheckRegion, ...], Field(min_length=3)] = (
        CheckRegion.SA_EAST_1,
        CheckRegion.US_EAST_1,
        CheckRegion.US_WEST_2,
    )
    """From where, three at least."""

    @field_validator("regions")
    @classmethod
    def _once(cls, value: tuple[CheckRegion, ...]) -> tuple[CheckRegion, ...]:
        return unique(value, "region")


class Shield(Section):
    """Shield Advanced. It costs the organisation USD 3,000 a month, for a year at least, and traffic besides."""

    subscribe: bool = False
    """Whether the stack subscribes the account; false: somebody has, for the organisation."""


class Target(Section):
    """What the load balancer sends calls to: the application's API, pod by pod."""

    port: Port = 8080
    """Port of the pods."""
    health_path: UrlPath = "/readyz"
    """What is asked of each pod every ten seconds."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds that a pod that leaves may take to end its answers."""


class Edge(Section):
    """The way in from the internet."""

    domain: HostName
    """The zone of the public names, such as cartorio.example."""
    zone_id: HostedZoneId | None = None
    """The zone where it exists already; absent: the stack makes it, and its name servers are an output."""
    query_log_retention_days: RetentionDays | None = None
    """Days that it is kept which names of the zone were asked for; absent: nobody writes it down."""
    dnssec: bool = False
    """Whether answers of the zone are signed. The registrar needs the DS record of the outputs; two days before this is
    false again, the registrar has to forget it."""
    host: HostName
    """The API's public name, in the zone."""
    aliases: tuple[HostName, ...] = ()
    """Further names, in the zone."""
    wildcard: bool = False
    """Whether aliases may have wildcards."""
    tls_policy: TlsPolicy = TlsPolicy.TLS13_12_RESTRICTED
    """Versions of TLS and ciphers."""
    hsts: Hsts = Hsts()
    """What browsers are told."""
    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Seconds after which a silent connection is closed."""
    log_retention_days: Annotated[int, Field(ge=1, le=36500)]
    """Days that the load balancer's logs are kept."""
    target: Target = Target()
    """What calls are sent to."""
    firewall: Firewall
    """What is let through."""
    health_check: Annotated[PublicCheck, Field(validate_default=True)] = PublicCheck()
    """Whether the public name answers."""
    certificate_alarm_days: Annotated[int, Field(ge=1, le=59)] = 30
    """Days before the certificate's end that are an alarm: ACM renews it sixty days before."""
    shield: Shield | None = None
    """Shield Advanced; absent: Shield Standard, which every account has. Mind what it costs."""
    subscriptions: tuple[Subscription, ...] = ()
    """Who is told of alarms."""

    @field_validator("domain", "host")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value.startswith(_WILDCARD):
            raise PydanticCustomError("wildcard", "must be one name, not a wildcard", {})
        return value

    @field_validator("host", "aliases")
    @classmethod
    def _in_zone(cls, value: str | tuple[str, ...], info: ValidationInfo) -> str | tuple[str, ...]:
        domain = info.data.get("domain")
        for name in (value,) if isinstance(value, str) else value:
            if domain is not None and name != domain and not name.endswith(f".{domain}"):
                raise PydanticCustomError(
                    "zone", "must be {domain} or below it; '{name}' is not", {"domain": domain, "name": name}
                )
        return value

    @field_validator("aliases")
    @classmethod
    def _once(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        host = info.data.get("host")
        unique((host, *value) if host is not None else value, "name")
        return value

    @field_validator("wildcard")
    @classmethod
    def _wanted(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator's shape
        for name in info.data.get("aliases", ()):
            if name.startswith(_WILDCARD) and not value:
                raise PydanticCustomError(
                    "wildcard",
                    "must be true for the alias '{name}': its certificate serves every name there",
                    {"name": name},
                )
        return value

    @field_validator("health_check")
    @classmethod
    def _let_in(cls, value: PublicCheck, info: ValidationInfo) -> PublicCheck:
        firewall = info.data.get("firewall")
        if isinstance(firewall, Firewall) and firewall.countries:
            missing = sorted({_COUNTRIES[region] for region in value.regions} - set(firewall.countries))
            if missing:
                raise PydanticCustomError(
                    "let_in",
                    "must look from countries that firewall.countries lets in; it lacks {countries}",
                    {"at": "regions", "countries": ", ".join(missing)},
                )
        return value

    @field_validator("subscriptions")
    @classmethod
    def _told_once(cls, value: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
        unique(tuple(subscription.endpoint for subscription in value), "the endpoint")
        return value

    def names(self) -> tuple[str, ...]:
        """All public names, the first of them the API's own."""
        return (self.host, *self.aliases)

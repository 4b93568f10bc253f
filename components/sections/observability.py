"""The section about metrics, logs and traces: how much is kept, what is promised of the API, and who is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Resources
from components.sections.base import Quantities, Section, unique
from components.values import (
    AttributeName,
    DnsLabel,
    EmailAddress,
    HostName,
    HostPort,
    HttpUrl,
    MemoryQuantity,
    SlackChannel,
    Word,
)

_NO_MAJORITY = 2
_PROMISED_DAYS = 30


class Severity(StrEnum):
    """What an alert asks for: somebody now, somebody soon, or nobody."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Channel(Section):
    """A way to people. Its secret is a Secret of the namespace `observability`, delivered by cartorio:secrets."""

    name: DnsLabel
    """Its name, for the routes."""
    secret: DnsLabel
    """Name of the Secret."""


class PagerDuty(Channel):
    """A service of PagerDuty."""

    key: Word = "routing-key"
    """Key of the Secret with the integration's routing key (Events API v2)."""


class Slack(Channel):
    """A channel of Slack."""

    channel: SlackChannel
    """The channel."""
    key: Word = "url"
    """Key of the Secret with the webhook's address."""


class Email(Channel):
    """A mailbox."""

    to: EmailAddress
    """Who gets it."""
    sender: EmailAddress
    """Who it comes from."""
    smarthost: HostPort
    """The mail relay, which has to speak TLS."""
    username: Annotated[str, Field(min_length=1, max_length=256)]
    """Who the platform is to the relay."""
    key: Word = "password"
    """Key of the Secret with the password."""


class AlertWebhook(Channel):
    """Any other receiver (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""

    key: Word = "url"
    """Key of the Secret with its address."""


class Route(Section):
    """Which alerts go where."""

    severity: Severity
    """Alerts of this severity."""
    channels: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """Names of the channels that get them."""
    repeat_hours: Annotated[int, Field(ge=1, le=168)] = 4
    """Hours after which an alert that still fires is told again."""


class Alerting(Section):
    """Who is told."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 3
    """Alertmanagers; together they tell everything once."""
    storage: MemoryQuantity = "2Gi"
    """Size of the volume of each: silences and what was told already."""
    pager_duty: tuple[PagerDuty, ...] = ()
    """Services of PagerDuty."""
    slack: tuple[Slack, ...] = ()
    """Channels of Slack."""
    email: tuple[Email, ...] = ()
    """Mailboxes."""
    webhook: tuple[AlertWebhook, ...] = ()
    """Other receivers."""
    routes: tuple[Route, ...] = ()
    """Which alerts go where; those of other severities go nowhere."""
    watchdog: DnsLabel | None = None
    """The webhook that hears every few minutes that alerting works, and tells somebody when it does not any more."""

    @field_validator("webhook")
    @classmethod
    def _once(cls, value: tuple[AlertWebhook, ...], info: ValidationInfo) -> tuple[AlertWebhook, ...]:
        others = (channel for field in ("pager_duty", "slack", "email") for channel in info.data.get(field, ()))
        unique(tuple(channel.name for channel in (*others, *value)), "channel")
        return value

    @field_validator("routes")
    @classmethod
    def _known(cls, value: tuple[Route, ...], info: ValidationInfo) -> tuple[Route, ...]:
        unique(tuple(route.severity.value for route in value), "severity")
        fields = ("pager_duty", "slack", "email", "webhook")
        if not set(fields) <= set(info.data):
            return value  # their own errors are reported already
        known = {channel.name for field in fields for channel in info.data[field]}
        for index, route in enumerate(value):
            unique(route.channels, "channel")
            missing = sorted(set(route.channels) - known)
            if missing:
                raise PydanticCustomError(
                    "known",
                    "names '{name}', which is none of the channels",
                    {"name": missing[0], "at": f"{index}.channels"},
                )
        return value

    @field_validator("watchdog")
    @classmethod
    def _a_webhook(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and "webhook" in info.data:
            known = {channel.name for channel in info.data["webhook"]}
            if value not in known:
                raise PydanticCustomError("known", "must be the name of one of the entries of webhook", {})
        return value


class Metrics(Section):
    """Prometheus."""

    replicas: Annotated[int, Field(ge=1, le=3)] = 2
    """Prometheus servers, each with everything."""
    retention_days: Annotated[int, Field(ge=1, le=400)] = 30
    """Days that metrics are kept."""
    storage: MemoryQuantity = "50Gi"
    """Size of the volume of each; four fifths of it are used."""
    resources: Resources
    """What one server asks for and may take."""


class Store(Section):
    """What keeps logs or traces, in a bucket."""

    retention_days: Annotated[int, Field(ge=1, le=3650)]
    """Days that they are kept."""
    storage: MemoryQuantity = "10Gi"
    """Size of the volume of each pod, for what is not in the bucket yet."""
    resources: Resources
    """What one pod asks for and may take."""


class Logs(Store):
    """Loki."""

    replicas: Annotated[int, Field(ge=1, le=9)]
    """Pods. From three, each line is kept by three of them until it is in the bucket, and one may be lost."""

    @field_validator("replicas")
    @classmethod
    def _majority(cls, value: int) -> int:
        if value == _NO_MAJORITY:
            raise PydanticCustomError("majority", "must be 1, or 3 and more: of two, none may be lost", {})
        return value


class Collector(Section):
    """The OpenTelemetry collector that applications send to."""

    replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Pods."""
    resources: Resources
    """What one pod asks for and may take."""
    agent: Resources = Resources(
        requests=Quantities(cpu="50m", memory="128Mi"), limits=Quantities(cpu="500m", memory="256Mi")
    )
    """What the pod on each node, which reads the logs of the node's pods, asks for and may take."""
    personal_attributes: Annotated[tuple[AttributeName, ...], Field(min_length=1)] = (
        "client.address",
        "db.query.text",
        "enduser.id",
        "http.request.header.authorization",
        "http.request.header.cookie",
        "url.query",
        "user.email",
        "user.full_name",
        "user.id",
        "user.name",
    )
    """Attributes that are removed from everything (LGPD art. 6 III): values that look like a CPF, a CNPJ or an e-mail
    address are masked in all others, but for those of resources, which name pods."""

    @field_validator("personal_attributes")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "attribute")


class Oidc(Section):
    """Who signs people in to Grafana."""

    authorization_url: HttpUrl
    """Where people sign in."""
    token_url: HttpUrl
    """Where Grafana gets tokens."""
    userinfo_url: HttpUrl
    """Where Grafana asks who they are."""
    client_id: Word
    """Who Grafana is to the issuer."""
    secret: DnsLabel
    """Secret of the namespace `observability` with the client's secret under `client-secret`."""
    admin_group: Word
    """Group whose members administrate Grafana."""
    editor_group: Word
    """Group whose members may change what is not code; everybody else looks on."""


class Entrance(Section):
    """A Gateway of the Gateway API (https://gateway-api.sigs.k8s.io/api-types/gateway/)."""

    name: DnsLabel
    """Its name."""
    namespace: DnsLabel
    """Its namespace, of whose pods Grafana takes calls."""


class Grafana(Section):
    """Grafana: one pod that keeps nothing.

    Its dashboards are code of this repository; what is changed by hand is gone when the pod is. No alert needs it.
    """

    host: HostName | None = None
    """Name that people call it by; None: by port-forwarding only."""
    gateway: Entrance | None = None
    """The gateway that leads there; None: none of the program's making."""
    resources: Resources = Resources(
        requests=Quantities(cpu="100m", memory="256Mi"), limits=Quantities(cpu="1", memory="512Mi")
    )
    """What it asks for and may take."""
    admin_secret: DnsLabel | None = None
    """Secret of the namespace `observability` with `admin-user` and `admin-password`; None: a random password."""
    oidc: Oidc | None = None
    """Who signs people in; None: the administrator alone."""

    @field_validator("gateway")
    @classmethod
    def _named(cls, value: Entrance | None, info: ValidationInfo) -> Entrance | None:
        if value is not None and "host" in info.data and info.data["host"] is None:
            raise PydanticCustomError("host", "needs host: the name that it leads by", {})
        return value

    @field_validator("oidc")
    @classmethod
    def _reachable(cls, value: Oidc | None, info: ValidationInfo) -> Oidc | None:
        if value is not None and "host" in info.data and info.data["host"] is None:
            raise PydanticCustomError("host", "needs host: the issuer sends people back there", {})
        return value


class Slo(Section):
    """What is promised of the API, over thirty days."""

    name: DnsLabel
    """Its name."""
    objective: Annotated[float, Field(ge=95, le=99.999)] = 99.9
    """Requests that are to be good, in percent. From 95: of much less, no alert could fire."""
    within_milliseconds: Literal[5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000] | None = None
    """A good request is one that is answered in this time (a bound of OpenTelemetry's histogram); None: one that is
    answered without a fault of the server."""


class Observability(Section):
    """Metrics, logs, traces, and who is told."""

    storage_class: DnsLabel | None = None
    """Storage class of all its volumes; it has to encrypt. None: the cluster's default."""
    metrics: Metrics
    """Prometheus."""
    alerting: Alerting = Alerting()
    """Who is told."""
    grafana: Grafana = Grafana()
    """Grafana."""
    logs: Logs
    """Loki."""
    traces: Store
    """Tempo: one pod. The collector keeps traces back while it moves."""
    collector: Collector
    """The OpenTelemetry collector."""
    slos: tuple[Slo, ...] = ()
    """What is promised of the API."""

    @field_validator("slos")
    @classmethod
    def _measurable(cls, value: tuple[Slo, ...], info: ValidationInfo) -> tuple[Slo, ...]:
        unique(tuple(slo.name for slo in value), "objective")
        metrics = info.data.get("metrics")
        if value and isinstance(metrics, Metrics) and metrics.retention_days < _PROMISED_DAYS:
            raise PydanticCustomError(
                "promised",
                "need metrics.retentionDays of 30 at least, over which they are promised; it is {days}",
                {"days": metrics.retention_days},
            )
        return value

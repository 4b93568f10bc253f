"""Values of Grafana's chart: one pod, its sources of data, and who may sign in.

https://github.com/grafana-community/helm-charts/blob/main/charts/grafana/values.yaml and
https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/. No secret is among them: the administrator's
password and the client's secret are read from Secrets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from components.observability.handle import MONITORED
from components.observability.places import ALERTMANAGER, LOKI, NAMESPACE, PROMETHEUS, TEMPO, apart, image, of_user

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.observability import Entrance, Oidc
    from components.sections.observability import Grafana as Settings
    from components.sources import Sources

GRAFANA = "grafana"
DASHBOARD_LABEL = {"grafana_dashboard": "1"}
ADMIN_USER, ADMIN_PASSWORD = "admin-user", "admin-password"
_USER = 472
_OIDC_FOLDER = "/etc/secrets/oidc"
_OIDC_KEY = "client-secret"
_DOCKER = "docker.io"


def grafana_values(settings: Settings, *, admin: Text, sources: Sources) -> dict[str, Any]:
    """All of them.

    Args:
        settings: the section.
        admin: name of the Secret with the administrator's name and password.
        sources: the mirrors.
    """
    values: dict[str, Any] = {
        "fullnameOverride": GRAFANA,
        "replicas": 1,
        "image": image(sources, _DOCKER, "grafana/grafana"),
        "admin": {"existingSecret": admin, "userKey": ADMIN_USER, "passwordKey": ADMIN_PASSWORD},
        "assertNoLeakedSecrets": True,
        # The chart's role would read the namespace's Secrets; `Screens` gives it one for ConfigMaps.
        "rbac": {"create": False},
        "serviceAccount": {"create": True, "name": GRAFANA},
        "resources": settings.resources.model_dump(),
        "securityContext": of_user(_USER),
        "initChownData": {"enabled": False},
        "testFramework": {"enabled": False},
        "persistence": {"enabled": False},
        "topologySpreadConstraints": apart({"app.kubernetes.io/name": GRAFANA}),
        "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "serviceMonitor": {"enabled": True, "labels": MONITORED},
        "sidecar": {
            "image": image(sources, "quay.io", "kiwigrid/k8s-sidecar"),
            "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "128Mi"}},
            "dashboards": {
                "enabled": True,
                "label": next(iter(DASHBOARD_LABEL)),
                "labelValue": DASHBOARD_LABEL["grafana_dashboard"],
                "searchNamespace": NAMESPACE,
                "resource": "configmap",
                "provider": {"name": "cartorio", "folder": "Cartório", "allowUiUpdates": False, "disableDelete": True},
            },
        },
        "datasources": {"datasources.yaml": {"apiVersion": 1, "prune": True, "datasources": datasources()}},
        "grafana.ini": _ini(settings),
    }
    if settings.oidc is not None:
        secret = {"name": "oidc", "secretName": settings.oidc.secret, "mountPath": _OIDC_FOLDER, "readOnly": True}
        values["extraSecretMounts"] = [{**secret, "defaultMode": 0o440}]
    if settings.host is not None and settings.gateway is not None:
        values["route"] = {"main": _route(settings.host, settings.gateway)}
    return values


def datasources() -> list[dict[str, Any]]:
    """What it asks. A trace leads to its logs, a log to its trace, a sample to the trace that it is of."""

    def of(kind: str, url: str, **more: object) -> dict[str, Any]:
        return {
            "name": kind.capitalize(),
            "uid": kind,
            "type": kind,
            "access": "proxy",
            "url": url,
            "editable": False,
            "isDefault": kind == "prometheus",
            "jsonData": more,
        }

    return [
        of(
            "prometheus",
            PROMETHEUS,
            httpMethod="POST",
            timeInterval="30s",
            exemplarTraceIdDestinations=[{"name": "trace_id", "datasourceUid": "tempo"}],
        ),
        of("alertmanager", ALERTMANAGER, implementation="prometheus"),
        of(
            "loki",
            LOKI,
            derivedFields=[
                {
                    "name": "trace",
                    "matcherType": "label",
                    "matcherRegex": "trace_id",
                    "datasourceUid": "tempo",
                    # Twice: Grafana takes a single one in its files for a variable of the environment.
                    "url": "$${__value.raw}",
                }
            ],
        ),
        of(
            "tempo",
            TEMPO,
            tracesToLogsV2={
                "datasourceUid": "loki",
                "filterByTraceID": True,
                "spanStartTimeShift": "-5m",
                "spanEndTimeShift": "5m",
                "tags": [{"key": "service.name", "value": "service_name"}],
            },
        ),
    ]


def _ini(settings: Settings) -> dict[str, Any]:
    server = {"root_url": f"https://{settings.host}", "domain": settings.host} if settings.host else {}
    return {
        "server": server,
        "analytics": {"reporting_enabled": False, "check_for_updates": False, "check_for_plugin_updates": False},
        "plugins": {"plugin_admin_enabled": False, "preinstall_disabled": True},
        "news": {"news_feed_enabled": False},
        "users": {"allow_sign_up": False, "allow_org_create": False, "viewers_can_edit": False},
        "security": {
            "cookie_secure": settings.host is not None,
            "cookie_samesite": "lax",
            "content_security_policy": True,
            "disable_gravatar": True,
            "strict_transport_security": settings.host is not None,
        },
        # Alerts are rules of Prometheus, from this repository.
        "unified_alerting": {"enabled": False},
        "auth": {"disable_login_form": False, "oauth_auto_login": settings.oidc is not None},
        "auth.anonymous": {"enabled": False},
        **({"auth.generic_oauth": _oauth(settings.oidc)} if settings.oidc else {}),
    }


def _oauth(oidc: Oidc) -> dict[str, Any]:
    admins, editors = (json.dumps(group).replace('"', "'") for group in (oidc.admin_group, oidc.editor_group))
    return {
        "enabled": True,
        "name": "Cartório",
        "allow_sign_up": True,
        "client_id": oidc.client_id,
        "client_secret": f"$__file{{{_OIDC_FOLDER}/{_OIDC_KEY}}}",
        "scopes": "openid profile email groups",
        "auth_url": oidc.authorization_url,
        "token_url": oidc.token_url,
        "api_url": oidc.userinfo_url,
        "use_pkce": True,
        "use_refresh_token": True,
        "role_attribute_path": (
            f"contains(groups[*], {admins}) && 'Admin' || contains(groups[*], {editors}) && 'Editor' || 'Viewer'"
        ),
        "role_attribute_strict": True,
        "allow_assign_grafana_admin": False,
    }


def _route(host: str, gateway: Entrance) -> dict[str, Any]:
    return {
        "enabled": True,
        "hostnames": [host],
        "parentRefs": [{"name": gateway.name, "namespace": gateway.namespace}],
    }

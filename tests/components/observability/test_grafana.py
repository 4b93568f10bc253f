from __future__ import annotations

from components.observability.grafana import datasources, grafana_values
from tests.support.telemetry import OIDC, SOURCES, section


def test_whoever_signs_in_gets_the_role_of_their_group() -> None:
    values = grafana_values(section(grafana__oidc=OIDC).grafana, admin="x", sources=SOURCES)
    oauth = values["grafana.ini"]["auth.generic_oauth"]
    assert oauth["role_attribute_path"] == (
        "contains(groups[*], 'plataforma') && 'Admin' || contains(groups[*], 'desenvolvimento') && 'Editor' || 'Viewer'"
    )
    assert oauth["client_secret"] == "$__file{/etc/secrets/oidc/client-secret}"
    (mount,) = values["extraSecretMounts"]
    assert (mount["secretName"], mount["mountPath"]) == ("grafana-oidc", "/etc/secrets/oidc")
    assert values["grafana.ini"]["auth.anonymous"] == {"enabled": False}


def test_without_an_issuer_there_is_the_administrator_alone() -> None:
    values = grafana_values(section().grafana, admin="mine", sources=SOURCES)
    assert "auth.generic_oauth" not in values["grafana.ini"]
    assert "extraSecretMounts" not in values
    assert values["admin"]["existingSecret"] == "mine"
    assert "route" not in values


def test_a_gateway_leads_to_grafana_by_its_name() -> None:
    settings = section(grafana__gateway={"name": "public", "namespace": "ingress"})
    route = grafana_values(settings.grafana, admin="x", sources=SOURCES)["route"]["main"]
    assert route == {
        "enabled": True,
        "hostnames": ["grafana.cartorio.example"],
        "parentRefs": [{"name": "public", "namespace": "ingress"}],
    }


def test_grafana_has_one_default_and_leads_from_one_to_the_other() -> None:
    found = {source["uid"]: source for source in datasources()}
    assert [uid for uid, source in found.items() if source["isDefault"]] == ["prometheus"]
    assert found["loki"]["jsonData"]["derivedFields"][0]["datasourceUid"] == "tempo"
    assert found["tempo"]["jsonData"]["tracesToLogsV2"]["datasourceUid"] == "loki"

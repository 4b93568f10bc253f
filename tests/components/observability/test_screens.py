from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.telemetry import planned, releases

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

CUSTOM = "kubernetes:monitoring.coreos.com/v1"


def test_the_administrators_password_is_random_and_nowhere_but_in_its_secret(project: Project) -> None:
    plan, outputs = planned(project)
    (secret,) = [one for one in plan.of("kubernetes:core/v1:Secret") if one.name == "screens-admin"]
    assert secret.secrets == ("stringData",)
    password = secret.inputs["stringData"]["admin-password"]
    assert password not in json.dumps(releases(plan)["grafana"].inputs)
    assert outputs.grafana_admin is not None


def test_a_named_secret_stands_in_for_the_password(project: Project) -> None:
    plan, _ = planned(project, grafana={"adminSecret": "grafana-root"})
    assert not [one for one in plan.of("kubernetes:core/v1:Secret") if one.name == "screens-admin"]
    assert releases(plan)["grafana"].inputs["values"]["admin"]["existingSecret"] == "grafana-root"


def test_the_sidecar_reads_dashboards_and_no_secrets(project: Project) -> None:
    plan, _ = planned(project)
    (rule,) = plan.one("kubernetes:rbac.authorization.k8s.io/v1:Role", "screens-reader").inputs["rules"]
    assert rule["resources"] == ["configmaps"]
    maps = [one for one in plan.of("kubernetes:core/v1:ConfigMap") if one.name.startswith("screens-cartorio")]
    assert len(maps) == 5
    for one in maps:
        assert one.inputs["metadata"]["labels"]["grafana_dashboard"] == "1"
        (text,) = one.inputs["data"].values()
        assert json.loads(text)["uid"] == one.inputs["metadata"]["name"]

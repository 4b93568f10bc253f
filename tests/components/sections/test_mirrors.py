from __future__ import annotations

import pytest
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.mirrors import Mirror
from tests.support.stackfiles import Project  # noqa: TC001 - pytest resolves it


@pytest.mark.parametrize(
    ("source", "mirror"),
    [
        ("https://charts.example.org", "oci://mirror.example.net/charts"),
        ("oci://ghcr.example.org/a", "https://mirror.example.net"),
        ("quay.example.org/jetstack", "mirror.example.net:5000/quay"),
    ],
)
def test_charts_and_images_have_mirrors(source: str, mirror: str) -> None:
    assert Mirror.model_validate({"source": source, "mirror": mirror}).mirror == mirror


@pytest.mark.parametrize(
    ("source", "mirror", "said"),
    [
        ("https://charts.example.org", "mirror.example.net", "exactly when its source has"),
        ("quay.example.org", "https://mirror.example.net", "exactly when its source has"),
        ("http://charts.example.org", "https://mirror.example.net", "must be a chart repository"),
        ("https://me:secret@charts.example.org", "https://mirror.example.net", "no user"),
        ("quay.example.org/", "mirror.example.net", "no trailing slash"),
    ],
)
def test_what_is_no_mirror_is_said(source: str, mirror: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Mirror.model_validate({"source": source, "mirror": mirror})


def test_a_source_has_one_mirror(project: Project) -> None:
    project.config["cartorio:mirrors"] = [
        {"source": "quay.example.org", "mirror": f"{name}.example.net"} for name in ("a", "b")
    ]
    with pytest.raises(SettingsError, match=r"cartorio:mirrors  names source 'quay\.example\.org' twice"):
        project.settings()


def test_the_stacks_mirrors_and_the_laboratorys_reach_the_settings(project: Project) -> None:
    project.config["cartorio:mirrors"] = [{"source": "quay.example.org", "mirror": "mirror.example.net/quay"}]
    sources = project.settings({"CARTORIO_CHART_MIRROR": "oci://127.0.0.1:5000/charts"}).sources
    assert sources.repository("quay.example.org/a") == "mirror.example.net/quay/a"
    assert sources.charts == "oci://127.0.0.1:5000/charts"

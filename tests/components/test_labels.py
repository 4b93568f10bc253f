from __future__ import annotations

import re
from typing import TYPE_CHECKING

from components.labels import labels, tags

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def test_labels_are_the_recommended_ones_and_valid() -> None:
    made = labels("local", "tenancy")
    assert made == {
        "app.kubernetes.io/component": "tenancy",
        "app.kubernetes.io/instance": "local",
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/part-of": "cartorio",
    }
    assert all(re.fullmatch(r"[A-Za-z0-9][-A-Za-z0-9_.]*", value) for value in made.values())


def test_tags_say_whose_and_what_it_costs(project: Project) -> None:
    configuration = project.settings().configuration
    made = tags("local", configuration.profile, configuration.aws)
    assert made["owner"] == "plataforma"
    assert made["cost-centre"] == "laboratorio"
    assert (made["project"], made["stack"], made["profile"]) == ("cartorio", "local", "local")

from __future__ import annotations

from components.observability.places import apart, claim, image
from components.sources import Mirrored, Sources


def test_an_image_comes_from_its_mirror() -> None:
    sources = Sources(mirrors=(Mirrored("quay.io/prometheus", "registry.cartorio.internal/quay/prometheus"),))
    assert image(sources, "quay.io", "prometheus/alertmanager") == {
        "registry": "registry.cartorio.internal",
        "repository": "quay/prometheus/alertmanager",
    }
    assert image(Sources(), "quay.io", "prometheus/alertmanager")["registry"] == "quay.io"


def test_a_class_is_named_where_there_is_one() -> None:
    assert claim("1Gi", "databases")["volumeClaimTemplate"]["spec"]["storageClassName"] == "databases"
    assert "storageClassName" not in claim("1Gi", None)["volumeClaimTemplate"]["spec"]


def test_pods_are_apart_by_zone_and_node() -> None:
    keys = [constraint["topologyKey"] for constraint in apart({"app": "x"})]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]

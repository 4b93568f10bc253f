from __future__ import annotations

import pytest

from components.sources import Chart, ChartPin, ImagePin, Mirrored, Sources

HTTPS = ChartPin("vault", "0.31.0", "https://charts.example.org/stable")
FOLDER = ChartPin("keda", "2.18.0", "oci://ghcr.example.org/kedacore/charts")
IMAGE = ImagePin("quay.example.org/jetstack/controller", "v1.2.3", f"sha256:{'a' * 64}")


@pytest.mark.parametrize(
    ("sources", "pin", "chart"),
    [
        (Sources(), HTTPS, Chart("vault", "https://charts.example.org/stable")),
        (Sources(), FOLDER, Chart("oci://ghcr.example.org/kedacore/charts/keda", None)),
        (
            Sources((Mirrored("https://charts.example.org", "https://mirror.example.net/charts"),)),
            HTTPS,
            Chart("vault", "https://mirror.example.net/charts/stable"),
        ),
        (
            Sources((Mirrored("https://charts.example.org", "oci://mirror.example.net/charts"),)),
            HTTPS,
            Chart("oci://mirror.example.net/charts/stable/vault", None),
        ),
        (Sources(charts="oci://127.0.0.1:5000/charts"), HTTPS, Chart("oci://127.0.0.1:5000/charts/vault", None)),
        (
            Sources(
                (Mirrored("oci://ghcr.example.org/kedacore", "oci://own.example.net"),), charts="oci://127.0.0.1:1"
            ),
            FOLDER,
            Chart("oci://own.example.net/charts/keda", None),
        ),
    ],
    ids=["repository", "oci", "part mirrored", "to oci", "all mirrored", "the named one wins"],
)
def test_where_a_chart_is(sources: Sources, pin: ChartPin, chart: Chart) -> None:
    assert sources.chart(pin) == chart


def test_the_longest_source_wins() -> None:
    mirrors = (Mirrored("quay.example.org", "a.example.net"), Mirrored("quay.example.org/jetstack", "b.example.net/j"))
    assert Sources(mirrors).image(IMAGE) == f"b.example.net/j/controller:v1.2.3@sha256:{'a' * 64}"


def test_a_source_is_no_prefix_of_another_name() -> None:
    assert Sources((Mirrored("quay.example.or", "evil.example.net"),)).repository(IMAGE.repository) == IMAGE.repository
    assert (
        Sources((Mirrored("https://charts.example.org/st", "https://x.example"),)).chart(HTTPS).repository
        == HTTPS.source
    )

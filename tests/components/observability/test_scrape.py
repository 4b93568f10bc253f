from __future__ import annotations

from components.observability.handle import MONITORED, MonitoringHandle
from components.observability.scrape import ScrapedPods, ScrapedPodsArgs
from tests.support.databases import providers
from tests.support.plan import run


def test_prometheus_finds_the_pods_by_their_labels_and_their_port() -> None:
    def program() -> None:
        args = ScrapedPodsArgs(
            stack="local",
            component="neo4j",
            namespace="neo4j",
            pods=(("app", "neo4j"),),
            port=2004,
            monitoring=MonitoringHandle("observability", "http://prometheus"),
        )
        ScrapedPods("scraped", args, providers())

    monitor = run(program)[0].one("kubernetes:monitoring.coreos.com/v1:PodMonitor").inputs
    assert monitor["metadata"]["namespace"] == "neo4j"
    assert MONITORED.items() <= monitor["metadata"]["labels"].items(), "it reads no other"
    assert monitor["spec"]["selector"] == {"matchLabels": {"app": "neo4j"}}
    assert [one["portNumber"] for one in monitor["spec"]["podMetricsEndpoints"]] == [2004]

"""A cloud of the tests' own (moto, in this process) and an engine with the aws plugin configured for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import pytest
from moto.server import ThreadedMotoServer

from lab.providers.aws.provider import AwsProvider
from tests.support.aws_case import KEYS, REGION, Hands
from tests.support.provider_engine import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.provider_engine import Engine


@pytest.fixture(scope="session")
def cloud_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def environment(cloud_url: str) -> dict[str, str]:
    """What the lab's shell gives the plugin; the cloud is emptied first."""
    httpx.post(f"{cloud_url}/moto-api/reset", timeout=10).raise_for_status()
    return {"AWS_ENDPOINT_URL": cloud_url, "AWS_REGION": REGION}


@pytest.fixture
def bare(environment: dict[str, str]) -> Iterator[Engine]:
    """An engine whose plugin is not configured yet."""
    with serving(AwsProvider(environment)) as engine:
        yield engine


@pytest.fixture(scope="session")
def _configured(cloud_url: str) -> Iterator[Engine]:
    with serving(AwsProvider({"AWS_ENDPOINT_URL": cloud_url})) as engine:
        engine.configure(region=REGION, **KEYS)
        yield engine


@pytest.fixture
def engine(environment: dict[str, str], _configured: Engine) -> Engine:
    """An engine whose plugin is configured, with an empty cloud; the plugin serves many tests, as it does in life."""
    del environment
    return _configured


@pytest.fixture(scope="session")
def by_hand(cloud_url: str) -> Hands:
    return Hands(cloud_url)

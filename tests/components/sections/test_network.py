from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.network import Network
from tests.support.network import good, zone
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def _load(**changes: object) -> Network:
    return Network.model_validate_json(good(**changes))


def test_a_good_network_has_the_endpoints_that_the_platform_needs() -> None:
    assert _load().interface_endpoints == ("ecr.api", "ecr.dkr", "kms", "logs", "sts")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cidr": "8.8.0.0/16"}, "must be out of the private ranges"),
        ({"cidr": "10.0.0.0/8"}, "between /16 and /28"),
        ({"cidr": "10.20.0.1/16"}, "host bits zero"),
        ({"cidr": "fd00::/16"}, "must be an IPv4 network"),
        ({"zones": [zone(0), zone(1)]}, "at least 3 items"),
        ({"zones": [zone(0), zone(1), zone(2, name="sa-east-1a")]}, "names zone 'sa-east-1a' twice"),
        ({"zones": [zone(0), zone(1), zone(2, intra="10.21.0.0/24")]}, r"must be inside cidr \(10\.20\.0\.0/16\)"),
        ({"zones": [zone(0), zone(1), zone(2, public="10.20.0.0/22")]}, "must not overlap sa-east-1a public"),
        ({"zones": [zone(0), zone(1), zone(2, public="10.20.0.0/30")]}, "between /16 and /28"),
        ({"natGateways": "none"}, "per-zone"),
        ({"flowLogRetentionDays": 2}, "should be 1, 3, 5"),
        ({"interfaceEndpoints": ["kms", "kms"]}, "names service 'kms' twice"),
        ({"interfaceEndpoints": ["KMS"]}, "endpoint service's name"),
        ({"peering": True}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _load(**changes)


def test_every_problem_has_its_place_in_the_file(project: Project) -> None:
    put(project.config, "cartorio:network/zones/1/name", "us-east-1b")
    with pytest.raises(SettingsError, match=re.escape("cartorio:network.zones[1].name")) as caught:
        project.settings()
    assert "must be a zone of aws.region (sa-east-1)" in str(caught.value)
    put(project.config, "cartorio:network/zones/1/private", "10.10.0.0/22")
    with pytest.raises(SettingsError, match=re.escape("cartorio:network.zones[1].private")):
        project.settings()


@given(third=st.integers(0, 255), prefix=st.integers(20, 28))
def test_no_two_subnets_ever_share_an_address(third: int, prefix: int) -> None:
    public = str(ipaddress.ip_network(f"10.20.{third}.0/{prefix}", strict=False))
    zones = [zone(0, public=public), zone(1), zone(2)]
    taken = [one[kind] for one in zones for kind in ("public", "private", "intra")][1:]
    if any(ipaddress.ip_network(public).overlaps(ipaddress.ip_network(other)) for other in taken):
        with pytest.raises(ValidationError, match="must not overlap"):
            _load(zones=zones)
    else:
        assert _load(zones=zones).zones[0].public == public

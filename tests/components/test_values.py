from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components import values

DIGEST = "0123456789abcdef" * 4
ACCEPTED: dict[str, list[Any]] = {
    "CpuQuantity": ["1", "250m", "64"],
    "MemoryQuantity": ["64Mi", "2Gi", "1Ti", "512Ki"],
    "Cidr": ["10.20.0.0/16", "192.168.1.1/32", "2001:db8::/32"],
    "DnsLabel": ["cartorio", "a", "a-1", "x" * 63],
    "LabelKey": ["app", "app.kubernetes.io/name"],
    "LabelValue": ["a", "v1.2_3-x"],
    "PrincipalArn": ["arn:aws:iam::123456789012:role/operators", "arn:aws:iam::123456789012:user/ops/ana@x"],
    "AccountId": ["123456789012"],
    "Region": ["sa-east-1", "us-gov-west-1"],
    "RegistryPrefix": [
        "registry.cartorio.internal",
        "registry.cartorio.internal/cartorio",
        "123456789012.dkr.ecr.sa-east-1.amazonaws.com/a/b",
        "registry.local:5000/x",
    ],
    "RepositoryName": ["cartorio/api", "api", "a/b-c.d_e"],
    "ImageReference": [f"registry.cartorio.internal/cartorio/api@sha256:{DIGEST}", f"r.io:5000/a@sha256:{DIGEST}"],
    "VersionNumber": ["0.0.0", "1.20.3", "1.0.0-rc.1"],
    "GroupName": ["cartorio-readers", "oidc:team/x"],
    "ProjectPath": [".lab/release.json", "releases/producao.json", "a..b/c"],
    "EnvironmentName": ["LOG_LEVEL"],
    "Word": ["plataforma", "time 7"],
    "Port": [1, 65535],
}
REFUSED: dict[str, list[Any]] = {
    "CpuQuantity": ["0", "0m", "0.5", "-1", "1k", "10000", "", "1 ", 1, "٣"],
    "MemoryQuantity": ["64", "64M", "0Mi", "1.5Gi", "64mi", "64Mi\n", ""],
    "Cidr": ["10.20.0.1/16", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0", "localhost/8"],
    "DnsLabel": ["", "-a", "a-", "A", "a.b", "x" * 64, "a_b"],
    "LabelKey": ["", "/a", "a/b/c", "-x"],
    "LabelValue": ["", "-a", "x" * 64],
    "PrincipalArn": [
        "*",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::*:role/x",
        "arn:aws:iam::123456789012:role/*",
    ],
    "AccountId": ["1234", 123456789012, "12345678901a"],
    "Region": ["sa-east", "SA-EAST-1", "*"],
    "RegistryPrefix": ["localhost", "https://r.io", "r.io/", "r.io/A", "*.r.io", "r.io/x/..", "docker"],
    "RepositoryName": ["Cartorio/api", "/api", "api/", "a//b"],
    "ImageReference": [
        "r.io/api:1.0",
        f"r.io/api:1.0@sha256:{DIGEST}",
        f"api@sha256:{DIGEST}",
        f"r.io/api@sha256:{DIGEST[:-1]}",
        f"r.io/api@sha256:{DIGEST.upper()}",
        f"r.io/api@sha512:{DIGEST}",
        f" r.io/api@sha256:{DIGEST}",
        f"r.io/api@sha256:{DIGEST}\n",
    ],
    "VersionNumber": ["1.0", "v1.0.0", "01.0.0", "1.0.0+build"],
    "GroupName": ["", "-x", "a b"],
    "ProjectPath": ["/etc/passwd", "../x", "a/../b", "a/..", "-x", ""],
    "EnvironmentName": ["log", "1A", "A-B"],
    "Word": ["", "a\nb", "é"],
    "Port": [0, 65536, "80"],
}


def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(values, name))


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, some in ACCEPTED.items() for value in some])
def test_accepted(name: str, value: object) -> None:
    assert _adapter(name).validate_python(value, strict=True) == value


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, some in REFUSED.items() for value in some])
def test_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        _adapter(name).validate_python(value, strict=True)


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_the_schema_for_editors_agrees(name: str) -> None:
    schema = _adapter(name).json_schema()
    if "pattern" not in schema:
        assert schema["type"] == "integer"
        return
    # JSON Schema patterns search: an anchored one means the whole text.
    assert all(re.search(schema["pattern"], value) for value in ACCEPTED[name])
    assert schema["description"]


@given(st.integers(min_value=1, max_value=9999))
def test_millicores(number: int) -> None:
    assert values.millicores(f"{number}m") == number
    assert values.millicores(f"{number}") == number * 1000


@pytest.mark.parametrize(("quantity", "size"), [("1Ki", 1024), ("3Mi", 3 * 2**20), ("2Gi", 2**31), ("1Ti", 2**40)])
def test_memory_bytes(quantity: str, size: int) -> None:
    assert values.memory_bytes(quantity) == size

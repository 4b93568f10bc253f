from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.sections.configuration import Configuration
from tests.support.databases import DATABASE, LICENSED
from tests.support.stackfiles import config_of, put


def _document(changes: dict[str, Any]) -> str:
    config = config_of("local")
    for path, value in changes.items():
        put(config, path, value)
    if "cartorio:protect" in config:
        config["cartorio:protect"] = json.loads(config["cartorio:protect"])  # which the engine saves as a text
    return json.dumps({key.removeprefix("cartorio:"): value for key, value in config.items() if "cartorio:" in key})


def test_protection_is_the_default() -> None:
    document = _document({"cartorio:protect": None, "cartorio:data/evidence/forceDestroy": False})
    assert Configuration.model_validate_json(document).protect is True


@given(maximum=st.integers(2, 12), pods=st.integers(1, 40))
def test_a_workload_fits_its_quota_exactly_when_its_largest_update_does(maximum: int, pods: int) -> None:
    changes: dict[str, Any] = {"cartorio:tenancy/namespaces/0/quota/pods": pods}
    for role in ("api", "workers"):
        changes[f"cartorio:workload/{role}/replicas"] = {"min": 2, "max": maximum}
    try:
        Configuration.model_validate_json(_document(changes))
        fits = True
    except ValidationError as error:
        assert "pods reaches" in str(error)  # noqa: PT017 - both outcomes are expected
        fits = False
    assert fits == (2 * (maximum + 1) <= pods)


def test_errors_of_a_section_do_not_become_errors_of_those_that_refer_to_it() -> None:
    with pytest.raises(ValidationError) as caught:
        Configuration.model_validate_json(_document({"cartorio:tenancy/readers": [1]}))
    assert [error["loc"] for error in caught.value.errors()] == [("tenancy", "readers", 0)]


DATABASES = {"storageClass": "databases", "mongodb": DATABASE, "neo4j": LICENSED}
SURROUNDED: dict[str, Any] = {"cartorio:certificates": {}, "cartorio:secrets": {}, "cartorio:databases": DATABASES}


def test_databases_with_what_they_need() -> None:
    assert Configuration.model_validate_json(_document(SURROUNDED)).databases is not None


@pytest.mark.parametrize(
    ("missing", "changes", "message"),
    [
        ({"certificates"}, {}, "needs cartorio:certificates"),
        ({"secrets"}, {}, "needs cartorio:secrets"),
        (
            set(),
            {"cartorio:databases": {**DATABASES, "mongodb": {**DATABASE, "clients": ["elsewhere"]}}},
            r"names 'elsewhere', which is none of tenancy.namespaces \(cartorio\)",
        ),
        (
            set(),
            {"cartorio:workload/datastores": [{"name": "mongodb", "cidr": "10.0.0.0/24", "ports": [27017]}]},
            "databases.mongodb.clients instead",
        ),
    ],
)
def test_databases_without_it(missing: set[str], changes: dict[str, Any], message: str) -> None:
    surrounded = {key: value for key, value in SURROUNDED.items() if key.removeprefix("cartorio:") not in missing}
    with pytest.raises(ValidationError, match=message):
        Configuration.model_validate_json(_document({**surrounded, **changes}))


def test_a_datastore_of_another_name_is_nobodys_business() -> None:
    elsewhere = {"cartorio:workload/datastores": [{"name": "redis", "cidr": "10.0.0.0/24", "ports": [6379]}]}
    assert Configuration.model_validate_json(_document({**SURROUNDED, **elsewhere})).workload.datastores

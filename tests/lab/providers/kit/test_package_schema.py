from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lab.providers.kit.package_schema import package_schema
from lab.providers.random.plugin import provider
from tests.lab.providers.kit.conftest import SHELF

if TYPE_CHECKING:
    from tests.lab.providers.kit.conftest import Shop


def test_the_schema_holds_what_is_supported(shop: Shop) -> None:
    schema = json.loads(package_schema(shop.provider))
    assert schema["name"] == "shop"
    assert schema["version"] == "1.2.3"
    assert set(schema["config"]["variables"]) == {"region", "retries", "endpoints", "key"}
    shelf = schema["resources"][SHELF]
    assert shelf["requiredInputs"] == ["size"]
    assert shelf["inputProperties"]["code"] == {"type": "string", "secret": True}
    assert shelf["inputProperties"]["tags"] == {"type": "object", "additionalProperties": {"type": "string"}}
    assert shelf["inputProperties"]["rules"] == {"type": "array", "items": {"$ref": "#/types/shop:index:Rule"}}
    assert shelf["inputProperties"]["policy"]["oneOf"][0] == {"type": "string"}
    assert shelf["inputProperties"]["anything"] == {"$ref": "pulumi.json#/Any"}
    assert shelf["properties"].keys() == shop.shelf.schema.inputs.keys() | shop.shelf.schema.outputs
    assert schema["types"]["shop:index:Rule"]["required"] == ["x"]
    assert set(schema["functions"]) == {"shop:index/getWeather:getWeather"}


def test_the_random_packages_schema_marks_its_secrets() -> None:
    schema = json.loads(package_schema(provider()))
    password = schema["resources"]["random:index/randomPassword:RandomPassword"]
    assert password["properties"]["result"]["secret"]
    assert password["properties"]["bcryptHash"]["secret"]
    assert "secret" not in schema["resources"]["random:index/randomString:RandomString"]["properties"]["result"]

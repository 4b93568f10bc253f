from __future__ import annotations

from typing import Any

import pytest

from delivery.policy import state
from delivery.policy.documents import UnreadableError
from guardrails.resources.reading import UNKNOWN, UNKNOWN_TEXTS, Asset

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
URN = "urn:pulumi:producao::cartorio::aws:s3/bucket:Bucket::evidence"


def _resource(**more: object) -> dict[str, Any]:
    return {"urn": URN, "type": "aws:s3/bucket:Bucket", "custom": True, **more}


def _read(*resources: object) -> tuple[list[Any], set[str]]:
    secrets: set[str] = set()
    return list(state.resources({"deployment": {"resources": list(resources)}}, "state.json", secrets)), secrets


def test_a_resource_is_what_was_put_in_and_what_came_out() -> None:
    (item,), _ = _read(
        _resource(
            inputs={"acl": "private"},
            outputs={"acl": "private", "bucket": "evidence-1"},
            protect=True,
            propertyDependencies={"bucket": [f"{URN}-other"], "acl": None},
            ignoreChanges=["tags"],
        )
    )
    assert (item.declared.name, item.declared.address, item.declared.properties) == (
        "evidence",
        URN,
        {"acl": "private"},
    )
    assert (item.declared.protect, item.declared.ignored) == (True, ("tags",))
    assert item.declared.dependencies == {"bucket": (f"{URN}-other",)}
    assert item.after.properties["bucket"] == "evidence-1"
    assert (item.document, item.group) == (1, "state.json")


def test_what_is_no_text_is_no_property_that_is_ignored() -> None:
    (item,), _ = _read(_resource(ignoreChanges=["tags", None, {}], propertyDependencies={"bucket": [URN, 1]}))
    assert (item.declared.ignored, item.declared.dependencies) == (("tags",), {"bucket": (URN,)})


def test_what_waits_for_its_deletion_is_gone() -> None:
    assert _read(_resource(delete=True))[0] == []
    assert list(state.resources({"deployment": {"resources": None}}, "f", set())) == []


def test_a_secret_is_unknown_while_it_is_encrypted() -> None:
    (item,), secrets = _read(_resource(inputs={"password": {SIGNATURE: SECRET, "ciphertext": "v1:abc"}}))
    assert item.declared.properties == {"password": UNKNOWN}
    assert secrets == set()


def test_a_secret_that_is_shown_is_judged_and_remembered() -> None:
    shown = {SIGNATURE: SECRET, "plaintext": '{"user": "u", "token": "5ecr3t-5ecr3t", "more": ["deep-5ecr3t"]}'}
    (item,), secrets = _read(_resource(inputs={"data": shown}))
    assert item.declared.properties["data"]["token"] == "5ecr3t-5ecr3t"
    assert secrets == {"5ecr3t-5ecr3t", "deep-5ecr3t"}


def test_assets_and_values_that_nobody_knows() -> None:
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}
    properties = {
        "files": [{**asset, "path": "values.yaml"}, {**asset, "text": "a: 1"}, {**asset, "uri": "u"}],
        "archive": {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"},
        "later": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    }
    (item,), _ = _read(_resource(inputs=properties))
    files = item.declared.properties["files"]
    assert files == [Asset("path", "values.yaml"), Asset("text", "a: 1"), Asset("uri", "remote")]
    assert item.declared.properties["archive"].kind == "uri"
    assert item.declared.properties["later"] is UNKNOWN


@pytest.mark.parametrize("text", sorted(UNKNOWN_TEXTS))
def test_a_value_of_any_type_may_not_be_known(text: str) -> None:
    (item,), _ = _read(_resource(inputs={"later": text, "within": [text]}))
    assert item.declared.properties == {"later": UNKNOWN, "within": [UNKNOWN]}


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ('{"tags": {"owner": "deeds"}}', {"owner": "deeds"}),
        ({"tags": {"owner": "deeds"}}, {"owner": "deeds"}),
        ({SIGNATURE: SECRET, "plaintext": '"{\\"tags\\": {\\"owner\\": \\"deeds\\"}}"'}, {"owner": "deeds"}),
        ({SIGNATURE: SECRET, "ciphertext": "v1:abc"}, UNKNOWN),
        (None, {}),
    ],
)
def test_a_resource_has_the_tags_of_its_provider(given: object, tags: object) -> None:
    urn = "urn:pulumi:producao::cartorio::pulumi:providers:aws::main"
    provider = {"urn": urn, "type": "pulumi:providers:aws", "inputs": {"defaultTags": given}}
    (_, own, other), _ = _read(
        provider,
        _resource(provider=f"{urn}::04da", inputs={}, outputs={"bucket": "b"}),
        _resource(provider=f"{urn}-2::04da", inputs={}),
    )
    assert (own.declared.default_tags, own.after.default_tags, other.declared.default_tags) == (tags, tags, {})


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ("text", "resource 1 has no urn and type"),
        ({"urn": URN}, "resource 1 has no urn and type"),
        ({"urn": "evidence", "type": "t"}, "a URN that is none"),
        (_resource(inputs=[]), None),
        (_resource(inputs="text"), "inputs of"),
        (_resource(inputs={"a": {SIGNATURE: SECRET, "plaintext": "{"}}), "a secret in it is not JSON"),
    ],
)
def test_what_is_no_export_is_refused(resource: object, says: str | None) -> None:
    if says is None:
        assert _read(resource)[0][0].declared.properties == {}
        return
    with pytest.raises(UnreadableError, match=says):
        _read(resource)


def test_an_export_is_told_from_a_manifest() -> None:
    assert state.is_state({"version": 3, "deployment": {}})
    assert not state.is_state({"kind": "Thing", "deployment": {}})
    assert not state.is_state({"deployment": []})
    assert not state.is_state([])
    with pytest.raises(UnreadableError, match="is no list"):
        list(state.resources({"deployment": {"resources": {}}}, "f", set()))

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import documents
from guardrails.trust.errors import Malformed

DIGEST = f"sha256:{'a' * 64}"
ENTRY = {"mediaType": "application/x", "digest": DIGEST, "size": 3}
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": documents.OCI_MANIFEST,
    "config": ENTRY,
    "layers": [ENTRY, {**ENTRY, "annotations": {"k": "v"}}],
    "subject": ENTRY,
}
INDEX: dict[str, Any] = {"schemaVersion": 2, "mediaType": documents.OCI_INDEX, "manifests": [ENTRY]}


def read(document: dict[str, Any], content_type: str = "", limit: int = 8) -> documents.Manifest | documents.Index:
    kind = content_type or document.get("mediaType", documents.OCI_MANIFEST)
    return documents.parse(json.dumps(document).encode(), kind, limit)


def test_manifests_and_indexes_are_read() -> None:
    manifest = read(MANIFEST, f"{documents.OCI_MANIFEST}; charset=utf-8")
    assert isinstance(manifest, documents.Manifest)
    assert manifest.layers[1].annotations == {"k": "v"}
    assert manifest.subject is not None
    assert str(manifest.subject.digest) == DIGEST
    index = read(INDEX)
    assert isinstance(index, documents.Index)
    assert index.manifests[0].size == 3
    without = {key: value for key, value in MANIFEST.items() if key not in {"mediaType", "subject"}}
    assert isinstance(read(without, documents.DOCKER_MANIFEST), documents.Manifest)


@pytest.mark.parametrize(
    ("document", "content_type", "why"),
    [
        (MANIFEST | {"manifests": []}, "", "media type confusion: a manifest .* with 'manifests'"),
        (INDEX | {"layers": []}, "", "media type confusion: an index .* with 'layers'"),
        (INDEX | {"config": ENTRY}, "", "media type confusion"),
        (MANIFEST | {"fsLayers": []}, "", "media type confusion"),
        (MANIFEST | {"Manifests": []}, "", "differs from 'manifests' only by case"),
        (MANIFEST, documents.OCI_INDEX, "Content-Type .* mediaType"),
        (MANIFEST, documents.DOCKER_MANIFEST, "Content-Type .* mediaType"),
        (MANIFEST | {"mediaType": None}, documents.OCI_MANIFEST, "media type confusion"),
        (MANIFEST | {"mediaType": "text/html"}, "text/html", "neither a manifest nor an index"),
        ({"schemaVersion": 2}, "application/json", "neither a manifest nor an index"),
        (MANIFEST | {"schemaVersion": 1}, "", "schemaVersion"),
        (MANIFEST | {"schemaVersion": True}, "", "schemaVersion"),
        (MANIFEST | {"layers": {}}, "", "layers is not a list"),
        (MANIFEST | {"layers": [ENTRY] * 9}, "", "9 layers, more than the 8"),
        (MANIFEST | {"layers": [3]}, "", r"layers\[0\] is not a descriptor"),
        (MANIFEST | {"config": None}, "", "config is not a descriptor"),
        (MANIFEST | {"config": ENTRY | {"size": -1}}, "", "no proper size"),
        (MANIFEST | {"config": ENTRY | {"size": True}}, "", "no proper size"),
        (MANIFEST | {"config": ENTRY | {"size": 1.5}}, "", "no proper size"),
        (MANIFEST | {"config": ENTRY | {"digest": "sha1:abc"}}, "", "sha1"),
        (MANIFEST | {"config": ENTRY | {"Digest": DIGEST}}, "", "only by case|also as"),
        (MANIFEST | {"config": ENTRY | {"annotations": {"a": 1}}}, "", "annotations"),
        (INDEX | {"manifests": None}, "", "manifests is not a list"),
    ],
)
def test_documents_with_two_meanings_or_none_are_refused(document: dict[str, Any], content_type: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read(document, content_type)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(DIGEST) | st.just(ENTRY),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(MANIFEST | INDEX | ENTRY)), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(MANIFEST | INDEX)), JSON), st.sampled_from(documents.MANIFEST_TYPES))
def test_any_document_is_read_or_refused(document: dict[str, Any], content_type: str) -> None:
    try:
        read({"schemaVersion": 2, **document}, content_type)
    except Malformed:
        return
    assert not ("manifests" in document and "layers" in document)

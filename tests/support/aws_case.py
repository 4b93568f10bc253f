"""One aws resource type's life as a table: what to create, change, replace and spoil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3

from lab.providers.model import Unknown

if TYPE_CHECKING:
    from tests.support.provider_engine import Engine, Managed

REGION = "sa-east-1"
KEYS = {"accessKey": "AKIAIOSFODNN7EXAMPLE", "secretKey": "made-up"}


class Hands:
    """What somebody does in the cloud beside Pulumi: boto3's clients, as they are."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 - boto3 makes it at run time
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = boto3.client(  # type: ignore[call-overload]
                service,
                region_name=region,
                endpoint_url=self._url,
                aws_access_key_id=KEYS["accessKey"],
                aws_secret_access_key=KEYS["secretKey"],
            )
        return self._clients[key]


def _unspoilt(_hands: Hands, _resource: Managed) -> None:
    """Nothing to spoil."""


@dataclass(frozen=True)
class Case:
    """A type's table. `$label.property` in any text stands for an output of a resource in `needs`.

    Each of `updates` is laid over the inputs (None removes one), on top of the ones before it; each of `replaces` over
    the first inputs alone. `spoil` changes the resource by hand in the property `spoilt`. `told_apart` are inputs that
    an import can't know, `kept` those whose removal is no change, `import_id` what it is imported by (its id).
    `stays`: AWS has something of the kind for as long as the parent is there, so that a deletion can't be seen.
    """

    token: str
    inputs: Mapping[str, Any]
    needs: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    updates: tuple[Mapping[str, Any], ...] = ()
    replaces: tuple[Mapping[str, Any], ...] = ()
    spoilt: str = ""
    spoil: Callable[[Hands, Managed], None] = _unspoilt
    told_apart: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    stays: bool = False
    import_id: Callable[[Managed], str] = field(default=lambda resource: resource.id)

    @property
    def name(self) -> str:
        """The type's short name, for test ids."""
        return self.token.rpartition(":")[2]


class Life:
    """A case with what it needs in place."""

    def __init__(self, engine: Engine, case: Case) -> None:
        self.engine = engine
        self.case = case
        self._needed: dict[str, Managed] = {}
        for label, token, inputs in case.needs:
            self._needed[label] = engine.create(token, label, self._resolved(inputs))
        self.inputs: dict[str, Any] = self._resolved(case.inputs)

    def with_change(self, inputs: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
        """`inputs` with `change` laid over them."""
        return {name: value for name, value in {**inputs, **self._resolved(change)}.items() if value is not None}

    def create(self) -> Managed:
        """Create the case's resource."""
        return self.engine.create(self.case.token, "subject", self.inputs)

    def _resolved(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, Mapping):
            return {name: self._resolved(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._resolved(item) for item in value]
        if isinstance(value, str) and value.startswith("$"):
            label, _, name = value[1:].partition(".")
            return self._needed[label].id if name == "id" else self._needed[label].outputs[name]
        return value


def settled(engine: Engine, resource: Managed, inputs: Mapping[str, Any]) -> None:
    """The resource is as its inputs say, and stays so over a refresh."""
    fresh = engine.refresh(resource)
    assert fresh is not None
    assert fresh.outputs == resource.outputs
    assert fresh.given == resource.given
    assert not engine.diff(fresh, inputs).any


def came_true(shown: object, found: object) -> bool:
    """Whether a preview's value is what it came to be; an unknown one may have become anything, or nothing."""
    if isinstance(shown, dict) and isinstance(found, dict):
        return all(came_true(value, found.get(name)) for name, value in shown.items()) and found.keys() <= shown.keys()
    return isinstance(shown, Unknown) or shown == found


def lives(engine: Engine, case: Case) -> None:
    """Preview, create, refresh, import, update, delete, delete again."""
    life = Life(engine, case)
    previewed = engine.preview(case.token, "subject", life.inputs)
    resource = life.create()
    assert resource.outputs.keys() <= previewed.keys() | {"tagsAll"}
    for name, value in previewed.items():
        assert came_true(value, resource.outputs.get(name)), name
    settled(engine, resource, life.inputs)

    imported = engine.find(case.token, case.import_id(resource), "subject")
    assert imported is not None
    assert imported.id == resource.id
    assert engine.diff(imported, life.inputs).paths <= case.told_apart
    again = engine.refresh(imported)
    assert again is not None
    assert again.outputs == imported.outputs

    inputs = life.inputs
    for change in case.updates:
        inputs = life.with_change(inputs, change)
        before = resource
        changed = engine.diff(resource, inputs)
        expected = {name for name, value in change.items() if value is not None or name not in case.kept}
        assert {path.partition(".")[0].partition("[")[0] for path in changed.paths} - {"tagsAll"} == expected, change
        shown = engine.preview(case.token, "subject", inputs, resource)
        resource = engine.update(resource, inputs)
        assert resource.id == before.id
        for name, value in shown.items():
            assert came_true(value, resource.outputs.get(name)), name
        settled(engine, resource, inputs)

    for change in case.replaces:
        changed = engine.diff(resource, life.with_change(inputs, change))
        assert changed.replaces == frozenset(change), change

    engine.delete(resource)
    assert (engine.refresh(resource) is None) is not case.stays
    engine.delete(resource)
    if not case.stays:
        assert engine.find(case.token, case.import_id(resource)) is None


def drifts(engine: Engine, hands: Hands, case: Case) -> None:
    """What somebody changes by hand shows after a refresh, and an update puts it right."""
    life = Life(engine, case)
    resource = life.create()
    case.spoil(hands, resource)
    drifted = engine.refresh(resource)
    assert drifted is not None
    paths = engine.diff(drifted, life.inputs).paths
    assert {path.partition(".")[0].partition("[")[0] for path in paths} - {"tagsAll"} == {case.spoilt}
    settled(engine, engine.update(drifted, life.inputs), life.inputs)

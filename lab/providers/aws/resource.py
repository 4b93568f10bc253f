"""What every AWS resource type has in common; a type is a table of properties and the four calls behind it.

    class Thing(Resource):
        table = Table(
            "aws:svc/thing:Thing",
            "svc",
            inputs=("name", "size", "tags"),
            outputs=frozenset({"arn"}),
            force_new=frozenset({"name"}),
            tagging=Tagging(by="arn", target="ResourceArn"),
        )

        def make(self, api, inputs): return api("create_thing", Name=inputs["name"], **self.creation_tags(inputs))["Id"]
        def fetch(self, api, resource_id, known): ...      # properties as the service has them; ApiError when missing
        def change(self, api, resource_id, old, new, changed): ...
        def remove(self, api, resource_id, known): ...

Around them: regions, tags, documents compared by meaning, properties that only the provider knows, resources that were
created but not finished, and a check that the service took what it was given: a cloud that answers "fine" and drops a
property is an error that names the property.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.aws import documents
from lab.providers.aws.cloud import Api, ApiError, Cloud
from lab.providers.kit.sdk_types import sdk_schema
from lab.providers.model import IncompleteError, NotFoundError, Properties, ResourceError, Schema, State

if TYPE_CHECKING:
    from lab.providers.aws.account import Account
    from lab.providers.aws.shapes import Shape
    from lab.providers.aws.tags import Tagging, TagRules


@dataclass(frozen=True)
class Table:
    """What a type's properties are like; `Schema` in `lab.providers.model` says more of the names it shares.

    `computed` are inputs that the service fills in when they are absent, `local` those that the service never tells
    (the provider remembers them), `untold` those that AWS tells and the lab's cloud does not (remembered while it is
    silent: say so in the module). `documents` are JSON texts with what compares them, `equivalent` further inputs of
    which several spellings mean the same, `shapes` structures of which only what the shape names is supported.
    `literal` is Schema's.
    """

    token: str
    service: str
    inputs: tuple[str, ...]
    outputs: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    force_new: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    documents: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    equivalent: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    literal: frozenset[str] = frozenset()
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)
    autoname: str | None = None
    autoname_max: int = 255
    autoname_transform: Callable[[str], str] | None = None
    delete_before_replace: bool = False
    regional: bool = True
    tagging: Tagging | None = None

    def same(self, name: str, old: Any, new: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether two values of an input mean the same; an absent one that the service fills in means what it has."""
        if name in self.shapes:
            old, new = _full(old), _full(new)
        if old == new or (new is None and name in self.computed):
            return True
        compare = self.documents.get(name) or self.equivalent.get(name)
        return compare is not None and old is not None and new is not None and compare(old, new)

    def supported(self) -> Iterator[str]:
        """The supported properties as the kit wants them: dotted where a structure is supported in part."""
        for name in self.inputs:
            shape = self.shapes.get(name)
            yield from (f"{name}.{path}" for path in shape.paths()) if shape else (name,)
        yield from self.outputs
        if self.regional:
            yield "region"


class Resource(ABC):
    """One type, bound to an account. Subclasses are tables: see the module's example."""

    table: ClassVar[Table]

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def token(self) -> str:
        """Pulumi's name of the type."""
        return self.table.token

    @property
    def cloud(self) -> Cloud:
        """The account's cloud; ResourceError while the provider is not configured."""
        return self._account.cloud

    @property
    def rules(self) -> TagRules:
        """The provider's own say in tags; unknown while it is not configured."""
        return self._account.rules

    @abstractmethod
    def make(self, api: Api, inputs: Properties) -> str:
        """Create it and return its id; what can be set later belongs into `finish`."""

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Set what the create operation could not (nothing by default); a failure leaves an unfinished resource."""
        del api, resource_id, inputs

    @abstractmethod
    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """All properties that the service has; None stands for absent. A missing resource is ApiError.missing."""

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Update what `changed` names; tags are done already. Where all is `force_new` there is nothing to do."""
        del api, resource_id, old, new, changed

    @abstractmethod
    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; a missing one may raise ApiError.missing."""

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """What is wrong with the inputs beyond the schema: documents that are none."""
        found = {name: documents.problem(inputs[name]) for name in self.table.documents if inputs.get(name) is not None}
        return {name: problem for name, problem in found.items() if problem}

    def create(self, inputs: Properties) -> State:
        """Create, finish, read back and compare.

        Raises:
            IncompleteError: it was created, and what followed failed.
        """
        api = self._api(inputs)
        resource_id = self.make(api, inputs)
        reasons: tuple[str, ...] = ()
        try:
            self.finish(api, resource_id, inputs)
        except ResourceError as error:
            reasons = (str(error),)
        try:
            return self._settled(api, resource_id, inputs, inputs, reasons)
        except NotFoundError as error:
            message = f"{resource_id} was created and is not there: {error}"
            raise ResourceError("; ".join((*reasons, message))) from error

    def read(self, resource_id: str, known: Properties) -> State:
        """The resource as it is; on import `id@region` names one of another region."""
        region = known.get("region")
        if self.table.regional and not known and "@" in resource_id:
            resource_id, region = resource_id.rsplit("@", 1)
        return self._read(self._api({"region": region}), resource_id, known)

    def update(self, resource_id: str, old: Properties, new: Properties) -> State:
        """Change tags and whatever else differs, then read back and compare.

        Raises:
            IncompleteError: not all of it could be changed.
        """
        api = self._api({"region": new.get("region") or old.get("region")})
        known = {**{name: old[name] for name in self.table.computed if name in old}, **new}
        names = (name for name in self.table.inputs if name != "tags")
        changed = frozenset(name for name in names if not self.table.same(name, old.get(name), new.get(name)))
        reasons: tuple[str, ...] = ()
        try:
            self._retag(api, resource_id, old, new)
            if changed - self.table.local:
                self.change(api, resource_id, old, new, changed)
        except ResourceError as error:
            reasons = (str(error),)
        try:
            return self._settled(api, resource_id, known, new, reasons)
        except NotFoundError as error:
            message = f"{error}; it may have been deleted outside of Pulumi: run `pulumi refresh`"
            raise ResourceError("; ".join((*reasons, message))) from error

    def delete(self, resource_id: str, known: Properties) -> None:
        """Remove it; gone already is fine."""
        try:
            self.remove(self._api(known), resource_id, known)
        except NotFoundError:
            return
        except ApiError as error:
            if not error.missing:
                raise

    def creation_tags(self, inputs: Properties) -> dict[str, Any]:
        """The parameters of the create operation that carry `tagsAll`."""
        tagging = self.table.tagging
        return tagging.creation(self.rules.merged(inputs.get("tags"))) if tagging else {}

    @cached_property
    def schema(self) -> Schema:
        """The table as the kit wants it."""
        table = self.table
        region = frozenset({"region"} if table.regional else ())
        return sdk_schema(
            table.token,
            tuple(table.supported()),
            volatile=table.volatile,
            force_new=table.force_new | region,
            secrets=table.secrets,
            defaults=table.defaults,
            autoname=table.autoname,
            autoname_max=table.autoname_max,
            autoname_transform=table.autoname_transform,
            ignore_unset=table.computed | region,
            inner=table.inner,
            literal=table.literal,
            delete_before_replace=table.delete_before_replace,
            transforms=dict.fromkeys(table.documents, documents.text),
            derived={"tagsAll": lambda inputs: self.rules.merged(inputs.get("tags"))} if table.tagging else {},
            equivalent={
                name: partial(table.same, name) for name in (*table.documents, *table.equivalent, *table.shapes)
            },
        )

    def identify(self, resource_id: str, properties: Properties) -> str:
        """The id that the state keeps; only few types accept another one on import."""
        del properties
        return resource_id

    def _api(self, inputs: Properties) -> Api:
        return self.cloud.api(self.table.service, inputs.get("region") if self.table.regional else None)

    def _settled(
        self, api: Api, resource_id: str, known: Properties, wanted: Properties, reasons: tuple[str, ...]
    ) -> State:
        """The state after a change, when it is what was wanted; IncompleteError when it is not."""
        state = self._read(api, resource_id, known)
        missed = [] if reasons else [*self._missed(wanted, state)]
        if missed:
            names = ", ".join(sorted(missed))
            message = (
                f"the cloud accepted but did not keep {names}: the lab's cloud can't show what AWS would do with it"
            )
            reasons = (f"{message}; leave it out of the lab's stack",)
        if reasons:
            raise IncompleteError(state, reasons)
        return state

    def _missed(self, wanted: Properties, state: State) -> Iterator[str]:
        for name in self.table.inputs:
            value, found = wanted.get(name), state.properties.get(name)
            if value is not None and not self.table.same(name, found, value):
                yield from (name,) if name in self.table.literal else (name + path for path in _uncovered(value, found))

    def _read(self, api: Api, resource_id: str, known: Properties) -> State:
        table = self.table
        try:
            found = self.fetch(api, resource_id, known)
            found.update(self._tags(api, resource_id, found, known))
        except ApiError as error:
            if error.missing:
                raise NotFoundError(str(error)) from error
            raise
        found.update({name: known.get(name, table.defaults.get(name)) for name in table.local})
        found.update({name: known.get(name) for name in table.untold if found.get(name) is None})
        if table.regional:
            found["region"] = api.region
        for name in (*table.documents, *table.equivalent, *table.shapes):
            if (
                known.get(name) is not None
                and found.get(name) is not None
                and table.same(name, found[name], known[name])
            ):
                found[name] = known[name]
        present = {name: value for name, value in found.items() if value is not None}
        return State(self.identify(resource_id, present), present)

    def _tags(self, api: Api, resource_id: str, found: Properties, known: Properties) -> dict[str, Any]:
        tagging = self.table.tagging
        if tagging is None:
            return {}
        target = resource_id if tagging.by == "id" else str(found[tagging.by])
        everything = self.rules.shown(tagging.read(api, target))
        wanted = known.get("tags")
        own = self.rules.own(everything, wanted or {})
        return {"tags": own if own or wanted is not None else None, "tagsAll": everything}

    def _retag(self, api: Api, resource_id: str, old: Properties, new: Properties) -> None:
        tagging = self.table.tagging
        if tagging is not None:
            target = resource_id if tagging.by == "id" else str(old[tagging.by])
            before = self.rules.shown(old.get("tagsAll") or {})
            tagging.write(api, target, before, self.rules.merged(new.get("tags")))


def _full(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A structure without its empty members: an API spells out what nobody set, and means nothing by it."""
    if isinstance(value, Mapping):
        members = {name: _full(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item}
    if isinstance(value, list | tuple):
        return [_full(item) for item in value]
    return value


def _uncovered(wanted: Any, found: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The paths in `wanted` that `found` does not have the same; what `found` has beyond them is the service's."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            yield from (f".{name}{path}" for path in _uncovered(value, found.get(name)))
    elif isinstance(wanted, list | tuple) and isinstance(found, list | tuple) and len(wanted) == len(found):
        for index, (one, two) in enumerate(zip(wanted, found, strict=True)):
            yield from (f"[{index}]{path}" for path in _uncovered(one, two))
    elif wanted != found and not (_nothing(wanted) and _nothing(found)):
        yield ""


def _nothing(value: Any) -> bool:  # noqa: ANN401 - JSON
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)

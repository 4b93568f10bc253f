"""Custom resource definitions of controllers whose charts are stood in for: each custom resource meets its real schema.

Only those of which the program has a resource are installed: a hundred of them keep two cores busy for a minute. They
go to the API server as their modules have them, by server-side apply, all at once, and are waited for until it serves
them (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
"""

from __future__ import annotations

import contextlib
import http.client
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.services.client import NotReady
from lab.toolchain.crds import CRDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from lab.services.client import Client
    from lab.services.model import Tools
    from lab.toolchain.crds import CrdSource

_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_APPLY = "application/apply-patch+yaml"
_AT_ONCE = 4
_PATIENCE = 60.0  # seconds
# The documents are applied as they are: some hold what PyYAML cannot read (a plain `=`, in prometheus-operator's).
_CONVERSION = re.compile(r"^  conversion:\n(?:    .*\n)+", re.MULTILINE)
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_KIND = re.compile(r"^kind: CustomResourceDefinition\s*$", re.MULTILINE)
_NAME = re.compile(r"^metadata:\n(?:[ #-].*\n|\n)*?  name: \"?([a-z0-9-]+)\.([a-z0-9.-]+)\"?\s*$", re.MULTILINE)
_NAMES = re.compile(r"^  names:\n(?:    .*\n)*?    kind: (\w+)\s*$", re.MULTILINE)
# An object's first two lines in a chart's template.
_OBJECT = re.compile(r"^apiVersion: ([a-z0-9.-]+)/v\w+\nkind: (\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Kind:
    """A kind of objects, whatever its version."""

    group: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.group})"


@dataclass(frozen=True)
class Definition:
    """A definition as its module has it."""

    kind: Kind
    plural: str
    document: str

    @property
    def name(self) -> str:
        """Its own name."""
        return f"{self.plural}.{self.kind.group}"


def needed(types: Iterable[str], charts: Path) -> frozenset[Kind]:
    """The kinds of Pulumi's types and of the templates of the project's charts, apart from those every cluster has.

    Args:
        types: as `kubernetes:GROUP/VERSION:Kind`; others are passed over.
        charts: a folder; there may be none.
    """
    kinds = set()
    for type_ in types:
        package, _, rest = type_.partition(":")
        version, _, name = rest.partition(":")
        group = version.partition("/")[0]
        # A group without a dot is built in; `helm.sh` is the provider's own, of no object.
        if package == "kubernetes" and "." in group and group != "helm.sh":
            kinds.add(Kind(group, name.removesuffix("Patch")))
    for template in charts.glob("*/templates/**/*.yaml"):
        found = _OBJECT.findall(template.read_text(encoding="utf-8"))
        kinds |= {Kind(group, name) for group, name in found if "." in group}
    return frozenset(kinds)


def define(
    api: Client,
    tools: Tools,
    missing: Collection[str],
    kinds: Collection[Kind],
    sources: Iterable[CrdSource] = CRDS,
) -> tuple[Kind, ...]:
    """Install what the API server does not serve of `kinds`, and return those that nothing defines.

    Args:
        api: the API server, as administrator.
        tools: have the modules' files.
        missing: charts that are stood in for: what they would have brought is installed.
        kinds: the kinds.
        sources: where definitions are.

    Raises:
        LabError: the API server refuses one, or does not come to serve it.
    """
    # A definition may have more than a megabyte, and the machine other things to do.
    api = api.patient(_PATIENCE)
    left = {kind for kind in kinds if not _served(api, kind)}
    chosen: list[Definition] = []
    for source in sources:
        known = [definition for definition in _read(tools.path(source.item.name)) if definition.kind in left]
        left -= {definition.kind for definition in known}
        if not source.charts or set(source.charts) & set(missing):
            chosen += known
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda definition: _apply(api, definition), chosen))
    _expect_served(api, chosen)
    return tuple(sorted(left, key=str))


def _read(folder: Path) -> Iterator[Definition]:
    for file in sorted(folder.iterdir()):
        for document in _SEPARATOR.split(file.read_text(encoding="utf-8")):
            if not _KIND.search(document):
                continue
            name, kind = _NAME.search(document), _NAMES.search(document)
            if name is None or kind is None:
                raise LabError("a custom resource definition without a name or a kind", where=str(file))
            yield Definition(Kind(name[2], kind[1]), name[1], document)


def _apply(api: Client, definition: Definition) -> None:
    # What converts between versions is a webhook of the controller, which is not there: the API server could neither
    # list nor delete such objects. Without it only the version's name is changed.
    document = _CONVERSION.sub("", definition.document)
    path = f"{_PATH}/{definition.name}?fieldManager=cartorio-lab&force=true"
    try:
        status, answer = api.request("PATCH", path, document, content_type=_APPLY)
    except NotReady as error:
        raise LabError(f"the API server does not take the definition {definition.name}: {error}") from error
    if status not in {http.client.OK, http.client.CREATED}:
        said = answer.decode(errors="replace")
        raise LabError(f"the API server refuses the definition {definition.name} ({status}): {said}")


def _expect_served(api: Client, definitions: Iterable[Definition]) -> None:
    end = time.monotonic() + _PATIENCE
    left = list(definitions)
    while left := [definition for definition in left if not _served(api, definition.kind)]:
        if time.monotonic() > end:
            raise LabError(f"the API server does not come to serve {', '.join(one.name for one in left)}")
        time.sleep(0.1)


def _served(api: Client, kind: Kind) -> bool:
    """Whether the API server has the kind in one of the group's versions: it lists what is established only."""
    with contextlib.suppress(NotReady):
        versions = [version["groupVersion"] for version in api.read(f"/apis/{kind.group}")["versions"]]
        return any(
            kind.name == resource["kind"]
            for version in versions
            for resource in api.read(f"/apis/{version}")["resources"]
        )
    return False

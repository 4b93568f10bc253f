"""Charts that a rehearsal serves on loopback, and which of them are empty stand-ins for what could not be reached.

A chart of a repository is refused elsewhere (see `helm.py`): nobody can tell what the deployment will be given. In a
rehearsal the lab is that repository, and says what it serves in a record, the file that CARTORIO_CHART_RECORD names.

Whoever can write to a chart registry must gain nothing by this, so nothing that a chart says of itself counts. A chart
is taken from the mirror only when
- the pack's own environment names a record, a file that nobody but this user can write;
- the release's repository is the record's, and that is an address on loopback: a registry is somewhere else;
- what that address answers has the digest that the record says.
A stand-in passes as "could not be judged" only when, besides, it holds nothing but its name, or the real helm renders
nothing from it: it hides no pod.
Whoever can set this process's environment and serve on its loopback runs the pack, and could run none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from guardrails.resources import reading
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "CARTORIO_CHART_RECORD"
SCHEMA: Final = "cartorio.charts/v1"
NEVER: Final = "cartorio"
"""The application's own chart: it is in the project, and no mirror gives it."""

_LOOPBACK: Final = "127.0.0.1"
_TIMEOUT_SECONDS: Final = 5.0
_LONGEST: Final = 16 * 1024 * 1024
_SHORTEST: Final = 64 * 1024
_TEXTS: Final = ("name", "version", "source", "sha256", "standsIn")
_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH


class MirrorError(Exception):
    """The record, or what the mirror answers, is not to be believed; the message says why."""


@dataclass(frozen=True, slots=True)
class Served:
    """A chart of the mirror.

    Args:
        name: its name.
        version: its version.
        source: what the program pins as its source.
        sha256: digest of the archive.
        stands_in: why it is an empty stand-in; empty for the source's own chart.
    """

    name: str
    version: str
    source: str
    sha256: str
    stands_in: str


@dataclass(frozen=True, slots=True)
class ChartMirror:
    """The mirror of a rehearsal.

    Args:
        url: its address, on loopback.
        charts: what it serves, by name and version.
    """

    url: str
    charts: Mapping[tuple[str, str], Served]

    def find(self, name: str, version: str) -> Served:
        """The chart of that name and version.

        Raises:
            MirrorError: it has none.
        """
        served = self.charts.get((name, version))
        if served is None:
            raise MirrorError(f"the rehearsal's mirror has no chart {name} {version}")
        return served

    def archive(self, served: Served) -> bytes:
        """What the mirror gives for it, checked.

        Raises:
            MirrorError: it gives nothing, or something else than it recorded.
        """
        import http.client  # with TLS behind it: only a rehearsal needs it

        # Never by a proxy: it would be asked for the loopback of another machine.
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("GET", f"/charts/{served.name}-{served.version}.tgz")
            content = connection.getresponse().read(_LONGEST)
        except (OSError, http.client.HTTPException) as error:
            raise MirrorError(f"the rehearsal's mirror does not answer: {error}") from error
        finally:
            connection.close()
        if hashlib.sha256(content).hexdigest() != served.sha256:
            raise MirrorError(f"the rehearsal's mirror gives another {served.name} {served.version} than it recorded")
        return content


def mirrored(
    properties: Mapping[str, Any], environment: Mapping[str, str], kept: dict[str, bytes]
) -> tuple[Served | None, bytes]:
    """In a rehearsal, the chart and its archive, when a release names the rehearsal's mirror and nothing else.

    Args:
        properties: raw properties of the release.
        environment: names the record.
        kept: archives by digest: what was checked once is not fetched again.

    Raises:
        MirrorError: the mirror or its record is not to be believed.
        reading.MalformedError: a property has a wrong type.
    """
    repository = reading.mapping(properties, "repositoryOpts", "")
    mirror = None if isinstance(repository, Unknown) or not repository.get("repo") else read_mirror(environment)
    if mirror is None or isinstance(repository, Unknown):
        return None, b""
    if {key: value for key, value in repository.items() if value} != {"repo": mirror.url}:
        return None, b""
    chart, version = reading.text(properties, "chart", ""), reading.text(properties, "version", "")
    if not isinstance(chart, str) or not isinstance(version, str):
        raise MirrorError("it has no version, or none that is known before the update")
    served = mirror.find(chart, version)
    if served.sha256 not in kept:
        kept[served.sha256] = mirror.archive(served)
    return served, kept[served.sha256]


def holds_nothing(archive: bytes) -> bool:
    """Whether a chart is its name and nothing else: no template, no definition, no chart inside, so nothing to render.

    Strict, because programs differ in what they make of odd archives: one stream, in it one plain file and zeros.
    """
    import tarfile

    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(archive, _SHORTEST)
        if not unpacking.eof or unpacking.unused_data:
            return False
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as members:
            (only,) = members.getmembers()
    except (zlib.error, tarfile.TarError, ValueError):
        return False  # several, or helm will say what is wrong
    plain = only.type == tarfile.REGTYPE and only.offset_data == tarfile.BLOCKSIZE
    rest = content[only.offset_data + only.size :]
    return plain and only.name.split("/")[1:] == ["Chart.yaml"] and not rest.strip(b"\0")


def read_mirror(environment: Mapping[str, str]) -> ChartMirror | None:
    """The mirror that the environment names; None: this is no rehearsal.

    Raises:
        MirrorError: the record cannot be believed.
    """
    named = environment.get(VARIABLE)
    if not named:
        return None
    try:
        with Path(named).open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read(_LONGEST)
    except OSError as error:
        raise MirrorError(f"the record that {VARIABLE} names cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & _WRITABLE:
        raise MirrorError(f"the record that {VARIABLE} names is not a file that this user alone can write")
    try:
        return _parsed(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MirrorError(f"the record that {VARIABLE} names is not one: {error!r}") from error


def _parsed(document: Any) -> ChartMirror:  # noqa: ANN401 - parsed JSON
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    url = document["mirror"]
    parts = urlsplit(url)
    if url != f"http://{_LOOPBACK}:{parts.port}":
        raise ValueError(f"its mirror is not on {_LOOPBACK}")
    charts: dict[tuple[str, str], Served] = {}
    for entry in document["charts"]:
        if set(entry) != set(_TEXTS) or not all(isinstance(entry[key], str) for key in _TEXTS):
            raise ValueError(f"a chart has {', '.join(_TEXTS)}, all texts")
        served = Served(*(entry[key] for key in _TEXTS))
        if served.name == NEVER:
            raise ValueError(f"{NEVER} is never mirrored")
        if not _plain(served.name) or not _plain(served.version):
            raise ValueError("a chart's name or version is no part of an address")
        charts[served.name, served.version] = served
    return ChartMirror(url, charts)


def _plain(text: str) -> bool:
    return bool(text) and not set(text) & set("/?#%\\ ") and text.isascii() and text.isprintable()

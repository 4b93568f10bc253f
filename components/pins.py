"""The program's pins as JSON, for whoever has to fetch, mirror or import what they name.

`python -m components.pins` tells the third-party charts, those without a digest with the one of the project's lock;
`python -m components.pins images STACKFILE...` the images of others by digest, each under the names that those stacks
have for it (`cartorio:mirrors`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import versions
from components.errors import Problem
from components.locked import read_lock
from components.sources import ImagePin, Mirrored, Sources
from components.vendored import held, pinned_charts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_IMAGES = "images"
_MIRRORS = "cartorio:mirrors"


def images() -> tuple[ImagePin, ...]:
    """Every image that `components.versions` pins by digest, by repository."""
    pins = {pin for value in vars(versions).values() for pin in _image_pins(value)}
    return tuple(sorted(pins, key=lambda pin: (pin.repository, pin.tag, pin.digest)))


def named(sources: Iterable[Sources]) -> list[dict[str, str]]:
    """The images as stacks with these sources name them, each name and digest once.

    Args:
        sources: the stacks' mirrors.
    """
    found = {(one.repository(pin.repository), pin.digest): pin for one in sources for pin in images()}
    return [
        {"repository": repository, "tag": pin.tag, "digest": digest, "source": pin.repository}
        for (repository, digest), pin in sorted(found.items())
    ]


def _image_pins(value: object) -> Iterator[ImagePin]:
    if isinstance(value, ImagePin):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _image_pins(member)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _image_pins(getattr(value, field.name))


def sources_of(file: Path) -> Sources:
    """The mirrors of a stack's file, read without the engine.

    Raises:
        ValueError: the file, or what it says of mirrors, cannot be used.
    """
    import yaml
    from pydantic import TypeAdapter

    from components.sections.mirrors import Mirror

    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{file.name} cannot be read: {error}") from error
    config: Mapping[str, Any] = document.get("config") or {} if isinstance(document, dict) else {}
    # As JSON, because strict models take a list for a tuple from JSON only.
    entries = TypeAdapter(tuple[Mirror, ...]).validate_json(json.dumps(config.get(_MIRRORS, [])))
    return Sources(tuple(Mirrored(entry.source, entry.mirror) for entry in entries))


def main(arguments: list[str]) -> None:
    """Print what is asked for."""
    told: object
    if arguments[:1] == [_IMAGES]:
        try:
            told = named(sources_of(Path(name)) for name in arguments[1:])
        except ValueError as error:  # pydantic's, too
            sys.exit(f"no mirrors: {error}")
    else:
        lock = read_lock(Path.cwd())
        if isinstance(lock, Problem):
            sys.exit(str(lock))
        told = [asdict(pin) for pin in held(pinned_charts(), lock)]
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The page of pins: every chart, image and add-on that components/versions.py names, and how far it is verified."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from components import versions
from components.reference.markdown import table
from components.sources import ChartPin, EksPins, ImagePin, MongoDbPins

if TYPE_CHECKING:
    from types import ModuleType

_UNVERIFIED = "by the lock"


def pins_page(notice: str, pins: ModuleType = versions) -> str:
    """The page, in Markdown."""
    named = {name: value for name, value in vars(pins).items() if name.isupper() and name[0] != "_"}
    charts = [(name, value) for name, value in named.items() if isinstance(value, ChartPin)]
    images = [(name, value) for name, value in named.items() if isinstance(value, ImagePin)]
    images += [found for name, value in named.items() for found in _by_architecture(name, value)]
    addons = {version: value for group in named.values() for version, value in _addons(group)}
    texts = [(name, value) for name, value in named.items() if isinstance(value, str)]
    open_ = sum(pin.digest is None for _, pin in charts)
    return "\n".join(
        (
            "# Pins",
            "",
            f"<!-- {notice} -->",
            "",
            "Everything of others that the platform runs, by version:",
            "[components/versions.py](../../components/versions.py) is the only place that says so. `cartorio:mirrors`",
            "of a stack's file can stand in for any source; the version and the digest stay.",
            "",
            "## Charts",
            "",
            f"{len(charts)} charts: {len(charts) - open_} by the digest of their archive, as their publishers' indexes",
            f"or several independent projects have it. Of {open_} nobody who can be believed publishes it: the first",
            "`cartorio charts vendor` takes what it gets and writes its digest to `charts/vendor/lock.json`, and from",
            "then on nothing else is taken or installed: review that file like the pins. An archive in",
            "`charts/vendor` that has a digest in neither place ends a stack before it begins, and a chart that is not",
            "there is refused by the policy pack outside of a rehearsal.",
            "",
            *table(
                ("chart", "version", "source", "SHA-256 of the archive", "pin"),
                [
                    (pin.name, f"`{pin.version}`", f"`{pin.source}`", _digest(pin), f"`{name}`")
                    for name, pin in sorted(charts, key=lambda one: (one[1].name, one[0]))
                ],
            ),
            "",
            "## Images",
            "",
            "Images that the program names itself, always by digest. Those of a chart are the chart's own; the policy",
            "pack judges them where it renders the release.",
            "",
            *table(
                ("image", "tag", "digest", "pin"),
                [
                    (f"`{pin.repository}`", f"`{pin.tag}`", f"`{pin.digest}`", f"`{name}`")
                    for name, pin in sorted(images, key=lambda one: (one[1].repository, one[0]))
                ],
            ),
            *_eks(addons),
            "",
            "## Other versions and sources",
            "",
            *table(("pin", "value"), [(f"`{name}`", f"`{value}`") for name, value in sorted(texts)]),
            "",
        )
    )


def _digest(pin: ChartPin) -> str:
    return f"`{pin.digest}`" if pin.digest else _UNVERIFIED


def _by_architecture(name: str, group: object) -> tuple[tuple[str, ImagePin], ...]:
    """Images of which there is one for each architecture, and how the program names each."""
    if not isinstance(group, dict):
        return ()
    return tuple(
        (f"{name}[{architecture}].{field.name}", getattr(pins, field.name))
        for architecture, pins in group.items()
        if isinstance(pins, MongoDbPins)
        for field in fields(MongoDbPins)
    )


def _addons(group: object) -> tuple[tuple[str, EksPins], ...]:
    if not isinstance(group, dict):
        return ()
    return tuple((version, value) for version, value in group.items() if isinstance(value, EksPins))


def _eks(addons: dict[str, EksPins]) -> tuple[str, ...]:
    if not addons:
        return ()
    versions_ = sorted(addons)
    return (
        "",
        "## EKS add-ons",
        "",
        "By version of Kubernetes. AWS keeps them; EKS refuses one that does not fit.",
        "",
        *table(
            ("add-on", *versions_),
            [
                (field.name.replace("_", "-"), *(f"`{getattr(addons[version], field.name)}`" for version in versions_))
                for field in fields(EksPins)
            ],
        ),
    )

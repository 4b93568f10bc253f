"""Finds every component and what its classes say of it: a component that says too little is an error."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

import components
from components.base import Args, Component
from components.reference.docstrings import Docstring, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from pydantic.fields import FieldInfo

_REQUIRED: Final = "required"
_INSTANCE = re.compile(r"InstanceOf\[([\w.]+)\]")


class UndocumentedError(Exception):
    """Components that do not say what they are, one a line."""


@dataclass(frozen=True)
class Argument:
    """One argument of a component.

    Attributes:
        name: as it is written.
        type: as it is written.
        default: as it is written; `required` without one.
        meaning: what its class says of it.
    """

    name: str
    type: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Output:
    """One attribute that a component has once it is made: name, type as it is written, and meaning."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Described:
    """One component.

    Attributes:
        token: its type, `cartorio:<area>:<Name>`.
        module: where it is, such as `components.backup.vault`.
        purpose: of the class.
        notes: what the class says besides.
        background: what its module says: the purpose, and the sources.
        signature: of its constructor.
        arguments_class: name of the class of its arguments; empty without one.
        arguments_note: what that class says besides its attributes.
        arguments: its arguments, in their order.
        outputs: its outputs, in their order.
    """

    token: str
    module: str
    purpose: str
    notes: str
    background: Docstring
    signature: str
    arguments_class: str
    arguments_note: str
    arguments: tuple[Argument, ...]
    outputs: tuple[Output, ...]

    @property
    def area(self) -> str:
        """The middle of its type."""
        return self.token.split(":")[1]

    @property
    def name(self) -> str:
        """The end of its type, which is the name of its class."""
        return self.token.rsplit(":", 1)[1]


def catalogue(package: ModuleType = components) -> tuple[Described, ...]:
    """Every component of a package, by type.

    Raises:
        UndocumentedError: some have no docstring, or an argument or output without a description.
    """
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    inside = [cls for cls in _leaves(Component) if cls.__module__.startswith(f"{package.__name__}.")]
    found = sorted(inside, key=lambda cls: (cls.TYPE, cls.__name__))
    described = tuple(describe(cls) for cls in found)
    silent = [complaint for one in described for complaint in complaints(one)]
    if silent:
        raise UndocumentedError("\n".join(silent))
    return described


def describe(cls: type[Component]) -> Described:
    """What a component's class, its arguments' class and its module say."""
    said, module = parse(cls.__doc__), sys.modules[cls.__module__]
    arguments = _arguments_class(cls, module)
    said_of_arguments = parse(arguments.__doc__ if arguments else None)
    return Described(
        token=cls.TYPE,
        module=cls.__module__,
        purpose=said.purpose,
        notes=said.prose,
        background=parse(module.__doc__),
        signature=_signature(cls),
        arguments_class=arguments.__name__ if arguments else "",
        arguments_note=said_of_arguments.prose,
        arguments=tuple(_arguments(arguments, said_of_arguments)) if arguments else (),
        outputs=tuple(
            Output(name, _written(type_), said.attributes.get(name, ""))
            for name, type_ in _annotations(cls)
            if name != "TYPE" and not name.startswith("_")
        ),
    )


def complaints(one: Described) -> Iterator[str]:
    """What is missing, as texts that say what to write where."""
    where = f"{one.module.replace('.', '/')}.py"
    if not one.purpose:
        yield f"{where}: class {one.name}: write a docstring: what is it?"
    for argument in one.arguments:
        if not argument.meaning:
            yield f"{where}: class {one.arguments_class}: describe {argument.name} under `Attributes:` of its docstring"
    for output in one.outputs:
        if not output.meaning:
            yield f"{where}: class {one.name}: describe {output.name} under `Attributes:` of its docstring"


def _leaves(cls: type[Component]) -> Iterator[type[Component]]:
    for child in cls.__subclasses__():
        yield from _leaves(child)
        if "TYPE" in vars(child):
            yield child


def _arguments_class(cls: type[Component], module: ModuleType) -> type[Args] | None:
    parameter = inspect.signature(cls.__init__).parameters.get("args")
    found = getattr(module, str(parameter.annotation), None) if parameter else None
    return found if isinstance(found, type) and issubclass(found, Args) else None


def _arguments(cls: type[Args], said: Docstring) -> Iterator[Argument]:
    written = {name: type_ for base in reversed(cls.__mro__) for name, type_ in _annotations(base)}
    inherited = {
        name: meaning for base in reversed(cls.__mro__) for name, meaning in parse(base.__doc__).attributes.items()
    }
    for name, field in cls.model_fields.items():
        meaning = said.attributes.get(name) or inherited.get(name, "")
        yield Argument(name, _written(written[name]), _default(field), meaning)


def _annotations(cls: type) -> Iterable[tuple[str, str]]:
    return ((name, str(type_)) for name, type_ in vars(cls).get("__annotations__", {}).items())


def _written(annotation: str) -> str:
    """A type without what only a type checker needs."""
    return _INSTANCE.sub(r"\1", annotation)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return _REQUIRED
    return "made anew" if field.default_factory is not None else _literal(field.default)


def _literal(value: object) -> str:
    """A default as one would write it; a model with nothing but its own defaults as its name."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, tuple):
        inner = ", ".join(_literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str | int | float | bool) or value is None:
        return repr(value)
    return f"{type(value).__name__}()"


def _signature(cls: type[Component]) -> str:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    written = ", ".join(
        f"{one.name}: {one.annotation}" + ("" if one.default is one.empty else f" = {one.default!r}")
        for one in parameters
    )
    return f"{cls.__name__}({written})"

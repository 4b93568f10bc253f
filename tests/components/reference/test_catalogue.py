from __future__ import annotations

import sys
from enum import StrEnum
from types import ModuleType

import pulumi  # noqa: TC002 - the signature under test is written with it
import pytest
from pydantic import Field, InstanceOf

from components.base import Args, Component
from components.reference import catalogue as module
from components.reference.catalogue import Argument, Output, UndocumentedError, catalogue, complaints, describe


class Colour(StrEnum):
    RED = "red"


class Inner(Args):
    """Nothing but defaults."""

    size: int = 1


class ShelfArgs(Args):
    """What a shelf is like.

    As wide as the wall.

    Attributes:
        colour: of the
            wood.
        boards: how many.
        inner: what is in it.
        owner: whose it is.
        tags: what is written on it.
    """

    colour: Colour = Colour.RED
    boards: tuple[int, ...] = (1,)
    inner: Inner = Inner()
    owner: InstanceOf[Colour] | None = None
    tags: tuple[str, ...] = Field(default_factory=tuple)


class Shelf(Component):
    """A shelf.

    It stands.

    Attributes:
        top: its highest board.
    """

    TYPE = "cartorio:test:Shelf"
    top: pulumi.Output[str]
    _hidden: int

    def __init__(
        self, name: str, args: ShelfArgs, after: tuple[int, ...] = (), *, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        self._args = (args, after)


class SilentArgs(Args):
    """One of two is described.

    Attributes:
        said: this one.
    """

    said: str
    unsaid: str


class Silent(Component):
    TYPE = "cartorio:test:Silent"
    out: pulumi.Output[str]

    def __init__(self, name: str, args: SilentArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args


def test_a_component_is_described_by_what_is_written() -> None:
    one = describe(Shelf)
    assert (one.token, one.area, one.name) == ("cartorio:test:Shelf", "test", "Shelf")
    assert (one.purpose, one.notes) == ("A shelf.", "It stands.")
    assert (
        one.signature == "Shelf(name: str, args: ShelfArgs, after: tuple[int, ...] = (), opts: pulumi.ResourceOptions)"
    )
    assert (one.arguments_class, one.arguments_note) == ("ShelfArgs", "As wide as the wall.")
    assert one.arguments == (
        Argument("colour", "Colour", "Colour.RED", "of the wood."),
        Argument("boards", "tuple[int, ...]", "(1,)", "how many."),
        Argument("inner", "Inner", "Inner()", "what is in it."),
        Argument("owner", "Colour | None", "None", "whose it is."),
        Argument("tags", "tuple[str, ...]", "made anew", "what is written on it."),
    )
    assert one.outputs == (Output("top", "pulumi.Output[str]", "its highest board."),)
    assert list(complaints(one)) == []


def test_what_a_component_does_not_say_is_named_with_its_place() -> None:
    where = f"{__name__.replace('.', '/')}.py"
    described = describe(Silent)
    assert [argument.default for argument in described.arguments] == ["required", "required"]
    assert list(complaints(described)) == [
        f"{where}: class Silent: write a docstring: what is it?",
        f"{where}: class SilentArgs: describe unsaid under `Attributes:` of its docstring",
        f"{where}: class Silent: describe out under `Attributes:` of its docstring",
    ]


def test_a_silent_component_stops_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    # A package of which this module is a part, as far as names go.
    package = ModuleType(__name__.rpartition(".")[0] or "tests")
    package.__path__ = []
    monkeypatch.setattr(Silent, "__module__", f"{package.__name__}.silent")
    monkeypatch.setitem(sys.modules, f"{package.__name__}.silent", sys.modules[__name__])
    monkeypatch.setattr(module, "_leaves", lambda _: iter([Silent]))
    with pytest.raises(UndocumentedError, match="class SilentArgs: describe unsaid"):
        catalogue(package)


def test_every_component_of_the_program_is_found_once_and_in_order() -> None:
    tokens = [one.token for one in catalogue()]
    assert tokens == sorted(set(tokens))
    assert {"cartorio:backup:BackupVault", "cartorio:tenancy:Room", "cartorio:workload:Application"} <= set(tokens)

"""Finds where the program makes a component: out of which settings, by whom, and the call itself. Reads syntax trees.

What is made in `components/wiring/` or `components/stack.py` is a part of the stack; the rest are parts of components.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_CONFIGURATION: Final = "configuration"


@dataclass(frozen=True)
class Use:
    """One place that makes a component.

    Attributes:
        file: the file, relative to the project's folder.
        maker: the component class that makes it; empty: the stack.
        sections: names of the fields of `Configuration` that the place reads, in their order.
        code: the call, as it is written, with its arguments where they are made before it.
    """

    file: str
    maker: str
    sections: tuple[str, ...]
    code: str


def uses(root: Path, names: Iterable[str]) -> dict[str, tuple[Use, ...]]:
    """Who makes each of the component classes `names`; the stack's own places come first.

    Args:
        root: the project's folder.
        names: of the classes.
    """
    found: dict[str, list[Use]] = {name: [] for name in names}
    stack = (root / "components/stack.py", *sorted((root / "components/wiring").glob("*.py")))
    others = sorted(set((root / "components").rglob("*.py")) - set(stack))
    for file in (*stack[1:], stack[0], *others):
        source = file.read_text(encoding="utf-8")
        for name, use in _in(source, str(file.relative_to(root)), found.keys()):
            found[name].append(use)
    return {name: tuple(found[name]) for name in found}


def sections_of(name: str, known: Mapping[str, tuple[Use, ...]], seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The settings that a component is made of: those of who makes it, where it is a part of another."""
    own = [section for use in known.get(name, ()) if not use.maker for section in use.sections]
    if not own:
        makers = [use.maker for use in known.get(name, ()) if use.maker and use.maker not in seen]
        own = [section for maker in makers for section in sections_of(maker, known, seen | {name})]
    return tuple(dict.fromkeys(own))


def _in(source: str, file: str, names: Iterable[str]) -> Iterator[tuple[str, Use]]:
    wanted = set(names)
    if not any(f"{name}(" in source for name in wanted):
        return
    tree = ast.parse(source)
    for maker, function in _functions(tree):
        for call in _calls(function):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in wanted and name != maker:
                # The nearest place that says so: the call, else its function, else its module.
                sections = _sections(call) or _sections(function) or _of_module(tree, file)
                yield name, Use(file, maker, sections, _code(source, function, call))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each function with the class around it, that is with the component whose method it is."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef) and any("Component" in ast.unparse(base) for base in node.bases):
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    yield node.name, item


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """In the order of the text."""
    found = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    return iter(sorted(found, key=lambda call: (call.lineno, call.col_offset)))


def _sections(node: ast.AST) -> tuple[str, ...]:
    """`x` of every `configuration.x`."""
    found = [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and ast.unparse(inner.value).rsplit(".", 1)[-1] == _CONFIGURATION
    ]
    found.sort(key=lambda attribute: (attribute.lineno, attribute.col_offset))
    return tuple(dict.fromkeys(attribute.attr for attribute in found))


def _of_module(tree: ast.Module, file: str) -> tuple[str, ...]:
    """All that a module reads; where it is called after a section, as in `wiring`, that one alone."""
    found = _sections(tree)
    own = tuple(section for section in found if section == file.rpartition("/")[2].removesuffix(".py"))
    return own or found


def _code(source: str, function: ast.FunctionDef, call: ast.Call) -> str:
    """The call's text, after that of the assignments of names that it hands on as `args`."""
    handed = {argument.id for argument in call.args if isinstance(argument, ast.Name)}
    before: list[ast.expr | ast.stmt] = [
        statement
        for statement in ast.walk(function)
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func).endswith("Args")
        and {target.id for target in statement.targets if isinstance(target, ast.Name)} & handed
    ]
    return "\n".join(_text(source, node) for node in (*before, call))


def _text(source: str, node: ast.expr | ast.stmt) -> str:
    """As it is written, moved to the left edge."""
    lines = (ast.get_source_segment(source, node) or "").splitlines()
    first = source.splitlines()[node.lineno - 1]
    indent = len(first) - len(first.lstrip())
    return "\n".join((lines[0], *(line[indent:] if not line[:indent].strip() else line for line in lines[1:])))

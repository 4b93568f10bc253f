"""The pitfalls of component code that a reader misses and a syntax tree does not (STYLE.md's table)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.support.sources import ROOT, parsed, python_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = (*python_files("components"), ROOT / "__main__.py")
# Where the engine's configuration, and the process environment, may be read.
READER_OF_FLAGS = "components/economy.py"  # the engine's own, not the stack's
READER_OF_CONFIGURATION = "components/settings.py"


def _name(node: ast.AST) -> str:
    """`a.b.c` of an expression; empty for anything else."""
    if isinstance(node, ast.Attribute):
        head = _name(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def merged_options(tree: ast.AST) -> list[int]:
    """Lines that merge resource options: the caller's parent would win."""
    return [
        call.lineno
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"merge", "_merge_instance"}
        and ("opts" in _name(call.func).lower() or "options" in _name(call.func).lower())
    ]


def impure_applies(tree: ast.AST) -> list[int]:
    """Lines where `apply` gets anything but a named function or a method, or a function that constructs something."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    lines = []
    for call in _calls(tree):
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "apply"):
            continue
        argument = call.args[0] if call.args else None
        named = isinstance(argument, ast.Name | ast.Attribute)
        body = functions.get(_name(argument).split(".")[-1]) if argument is not None else None
        constructs = body is not None and any(_name(inner.func).split(".")[-1][:1].isupper() for inner in _calls(body))
        if not named or constructs:
            lines.append(call.lineno)
    return lines


def stack_conditions(tree: ast.AST) -> list[int]:
    """Lines that compare the stack's name or profile: what differs between environments is data."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            names = {_name(side).split(".")[-1] for side in (node.left, *node.comparators)}
            calls = {_name(side.func) for side in (node.left, *node.comparators) if isinstance(side, ast.Call)}
            if names & {"stack", "profile", "stack_name"} or calls & {"pulumi.get_stack", "get_stack"}:
                lines.append(node.lineno)
    return lines


def children_without_own_options(tree: ast.AST) -> list[int]:
    """Lines in a component's class that pass `opts` other than `self._child(...)`, but for `super().__init__`."""
    lines = []
    for cls in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if not any(_name(base).split(".")[-1] == "Component" for base in cls.bases):
            continue
        for call in _calls(cls):
            lines += [
                call.lineno
                for keyword in call.keywords
                if keyword.arg == "opts"
                and not (isinstance(keyword.value, ast.Call) and _name(keyword.value.func) == "self._child")
            ]
    return lines


def outputs_not_last(tree: ast.AST) -> list[int]:
    """Lines of component classes of which the constructor does not end with the one call of `register_outputs`."""
    lines = []
    for cls in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if not any(_name(base).split(".")[-1] == "Component" for base in cls.bases):
            continue
        calls = [call for call in _calls(cls) if _name(call.func) == "self.register_outputs"]
        init = next((item for item in cls.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
        last = init.body[-1] if init else None
        if len(calls) != 1 or not (isinstance(last, ast.Expr) and last.value is calls[0]):
            lines.append(cls.lineno)
    return lines


def readers_of_configuration(tree: ast.AST) -> list[int]:
    """Lines that read Pulumi's configuration or the environment."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.Attribute | ast.Name)
            and _name(node) in {"pulumi.Config", "os.environ", "os.getenv", "Config"}
        )
        or (isinstance(node, ast.Attribute) and node.attr in {"get_config", "get_config_env", "get_stack"})
    ]


CHECKS = {
    "caller's options are merged": (merged_options, ()),
    "apply takes named pure functions": (impure_applies, ()),
    "the stack's name decides": (stack_conditions, ()),
    "a child without options of its own": (children_without_own_options, ()),
    "register_outputs is not the last line": (outputs_not_last, ()),
    "configuration is read elsewhere": (readers_of_configuration, (READER_OF_CONFIGURATION, READER_OF_FLAGS)),
}

# What each check is there for: a line that it has to find, so that none passes because it sees nothing.
EXAMPLES = {
    "caller's options are merged": "pulumi.ResourceOptions.merge(opts, own)",
    "apply takes named pure functions": "key.arn.apply(lambda arn: aws.iam.Role('x', arn))",
    "the stack's name decides": "if pulumi.get_stack() == 'producao':\n    replicas = 3",
    "a child without options of its own": "class A(Component):\n    def f(self):\n        Bucket('x', opts=opts)",
    "register_outputs is not the last line": (
        "class A(Component):\n    def __init__(self):\n        self.register_outputs({})\n        self.x = 1"
    ),
    "configuration is read elsewhere": "value = pulumi.Config().get('x')",
}


@pytest.mark.parametrize("file", PROGRAM, ids=lambda file: str(file.relative_to(ROOT)))
@pytest.mark.parametrize("check", CHECKS)
def test_the_program_is_free_of(check: str, file: Path) -> None:
    find, allowed = CHECKS[check]
    if str(file.relative_to(ROOT)) not in allowed:
        assert find(parsed(file)) == [], f"{check}: {file.relative_to(ROOT)}"


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_finds_what_it_is_there_for(check: str) -> None:
    assert CHECKS[check][0](ast.parse(EXAMPLES[check]))


def test_a_named_function_that_constructs_is_found_too() -> None:
    assert impure_applies(ast.parse("def make(arn):\n    return aws.iam.Role(arn)\nkey.arn.apply(make)"))
    assert not impure_applies(ast.parse("def shorten(arn):\n    return arn[:3]\nkey.arn.apply(shorten)"))


def test_every_component_is_checked() -> None:
    classes = [
        node.name
        for file in PROGRAM
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ClassDef) and any(_name(base) == "Component" for base in node.bases)
    ]
    assert {
        "KeyRing",
        "Tenancy",
        "Admission",
        "Registry",
        "ReleaseSigner",
        "AuditTrail",
        "Bucket",
        "Application",
    } <= set(classes)
    heirs = [
        node.name
        for file in PROGRAM
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ClassDef) and any("ComponentResource" in _name(base) for base in node.bases)
    ]
    assert heirs == ["Component"], "a component derives from components.base.Component"


def test_the_main_program_stays_small() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 60

"""The shape of the tree: modules stay small, tests mirror them, every test is collected."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.support.sources import ROOT, parsed, python_files

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("components", "delivery", "lab", "policy_pack")
LONGEST = 400
# A module's tests stand in the same place below tests/; where the package's folder differs, it is said here.
HOMES = {"policy_pack/guardrails": "tests/policy_pack"}
# Folders of tests/ that hold helpers and material, not tests.
NOT_TESTS = {"support", "assets", "mutations"}
# Modules with logic but without a file of tests of their own, and why.
TESTED_ELSEWHERE: dict[str, str] = {
    "components/certificates/values.py": "one chart's values, tested with its release: certificates/test_authority.py",
    "components/secrets/values.py": "one chart's values, tested with its release: secrets/test_secrets.py",
    "components/vault/pods.py": "the pods of the jobs, tested with the component that makes them: vault/test_vault.py",
}


def _modules() -> list[Path]:
    return [file for file in python_files(*PACKAGES) if "modules" not in file.parts]


_DECIDING = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.Match, ast.BoolOp, ast.Compare, ast.comprehension)


def _has_logic(file: Path) -> bool:
    """Whether a module decides anything: data, models, protocols and straight-line code are tested by their users."""
    return any(
        isinstance(inner, _DECIDING)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    )


def _mirrors(file: Path) -> list[Path]:
    relative = file.relative_to(ROOT)
    for source, home in HOMES.items():
        if str(relative).startswith(f"{source}/"):
            folder = ROOT / home / relative.parent.relative_to(source)
            break
    else:
        folder = ROOT / "tests" / relative.parent
    if file.stem.startswith("_"):
        # A private module is tested through those of its folder, under whatever name says what is tested.
        return sorted(folder.glob("test_*.py")) or [folder / f"test_{file.stem.strip('_')}.py"]
    return [folder / f"test_{file.stem}.py"]


@pytest.mark.parametrize("file", _modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_with_logic_has_its_tests_in_the_mirrored_place(file: Path) -> None:
    name = str(file.relative_to(ROOT))
    tested = file.name == "__init__.py" or not _has_logic(file) or any(mirror.is_file() for mirror in _mirrors(file))
    if name in TESTED_ELSEWHERE:
        assert not tested, f"{name} has tests of its own now: take it off the list"
    else:
        assert tested, f"{name} has no {_mirrors(file)[-1].relative_to(ROOT)}"


@pytest.mark.parametrize("file", [*_modules(), *python_files("tests")], ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_stays_readable_in_one_go(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("file", python_files("tests"), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_test_file_is_collected(file: Path) -> None:
    parts = file.relative_to(ROOT / "tests").parts
    assert file.name != "__init__.py", "tests are collected with importmode=importlib: no packages"
    helper = bool(set(parts[:-1]) & NOT_TESTS)
    assert helper or file.name == "conftest.py" or file.name.startswith("test_"), "pytest does not collect this file"


@pytest.mark.parametrize(
    "file",
    [file for file in python_files("tests") if file.name.startswith("test_")],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_a_test_file_has_tests(file: Path) -> None:
    assert any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.walk(parsed(file))
    )


def test_the_list_of_exceptions_is_short_and_names_what_exists() -> None:
    assert len(TESTED_ELSEWHERE) <= 8
    for name, reason in TESTED_ELSEWHERE.items():
        assert (ROOT / name).is_file()
        assert len(reason) > 20

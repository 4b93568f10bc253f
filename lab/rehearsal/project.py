"""A copy of the program for one stack: what a rehearsal changes (a setting, the stack's encryption salt) is its own."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import yaml

from lab.errors import LabError, UsageError
from lab.image.release import NOTHING_RELEASED

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "policy_pack", "charts", "releases")


def stack_file(project: Path, stack: str) -> Path:
    """The file of `stack`.

    Raises:
        UsageError: there is none; the error names those that there are.
    """
    file = project / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(one.name.split(".")[1] for one in project.glob("Pulumi.*.yaml"))) or "none"
        raise UsageError(f"there is no stack {stack}", where=str(file), remedy=f"name one of: {known}")
    return file


def copy_project(project: Path, folder: Path, stack: str) -> Path:
    """Copy what `stack` needs of the project into the empty `folder`, and return it.

    Raises:
        LabError: it cannot be copied.
    """
    try:
        folder.mkdir(parents=True)
        shutil.copy2(stack_file(project, stack), folder)
        for name in _PROGRAM:
            source = project / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
    except OSError as error:
        raise LabError(f"the program cannot be copied: {error}", where=str(folder)) from error
    return folder


def ensure_release(project: Path, stack: str) -> None:
    """Write the release file that the stack names, when it is not there.

    A stack whose images are built with it (`local`) has none yet. Nothing is released then: everything but the workload
    is rehearsed.
    """
    named = _config(stack_file(project, stack)).get("cartorio:release")
    file = project / str(named)
    if named and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        NOTHING_RELEASED.write(file)


def change_setting(project: Path, stack: str, path: tuple[str, ...], by: int) -> int:
    """Add `by` to the number at `path` of the stack's file, and return what it is now.

    Raises:
        LabError: there is no number there.
    """
    file = stack_file(project, stack)
    document = yaml.safe_load(file.read_text("utf-8"))
    node: Any = document["config"]
    for step in path[:-1]:
        node = node.get(step, {})
    value = node.get(path[-1])
    if not isinstance(value, int):
        raise LabError(f"the stack {stack} has no number at {'.'.join(path)}", where=str(file))
    node[path[-1]] = value + by
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return value + by


def lift_protection(project: Path, stack: str) -> None:
    """Let the stack's file say that nothing is kept from deletion: what a person does before a stack goes for good."""
    file = stack_file(project, stack)
    config = _config(file)
    config["cartorio:protect"] = "false"
    file.write_text(yaml.safe_dump({"config": config}, sort_keys=False), "utf-8")


def _config(file: Path) -> dict[str, Any]:
    try:
        return dict(yaml.safe_load(file.read_text("utf-8"))["config"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise UsageError("no readable stack file", where=str(file), remedy="mend its YAML") from error

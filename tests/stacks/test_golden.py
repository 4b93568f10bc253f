"""Each stack's whole plan, as a file: a change of program or values shows what it does to every stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.stack import build
from tests.support.plan import Plan, Registered, run
from tests.support.stackfiles import ROOT, Project, image_policies, stack_files

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = ROOT / "tests/stacks/golden"
STACKS = [file.name.split(".")[1] for file in stack_files()]
HEADER = "# The plan of the stack `{stack}`; written by `pytest tests/stacks --update-golden`.\n"


def _plan(stack: str, folder: Path) -> Plan:
    settings = Project(folder, stack).settings({"KUBECONFIG": "kubeconfig"})
    return run(lambda: build(settings, image_policies(settings)), stack=stack)[0]


def _entry(resource: Registered, names: dict[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"parent": names.get(resource.parent, "stack")}
    if resource.provider:
        entry["provider"] = resource.provider_name
    if resource.protect:
        entry["protect"] = True
    if resource.depends_on:
        entry["after"] = sorted(names[urn] for urn in resource.depends_on)
    if resource.inputs:
        entry["inputs"] = _readable(resource.inputs, (), resource.secrets)
    return entry


def _readable(value: object, path: tuple[str, ...], secrets: tuple[str, ...]) -> object:
    if ".".join(path) in secrets:
        return "<secret>"
    if isinstance(value, dict):
        return {key: _readable(item, (*path, key), secrets) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_readable(item, (*path, str(index)), secrets) for index, item in enumerate(value)]
    if isinstance(value, str) and value.startswith(('{"', "[")) and "\n" not in value:
        return {"json": json.loads(value)}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _text(stack: str, plan: Plan) -> str:
    names = {resource.urn: resource.name for resource in plan.resources}
    document: dict[str, dict[str, Any]] = {}
    for resource in plan.resources:
        document.setdefault(resource.type, {})[resource.name] = _entry(resource, names)
    # Every edit of the chart changes this one; what it does is the chart's tests' business.
    values = document["kubernetes:helm.sh/v3:Release"]["workload-release"]["inputs"]["values"]
    values["chartChecksum"] = f"<{len(values['chartChecksum'])} digits>"
    return HEADER.format(stack=stack) + yaml.safe_dump(document, width=120, default_flow_style=None)


@pytest.mark.parametrize("stack", STACKS)
def test_the_plan_is_the_golden_one(stack: str, tmp_path: Path, *, update_golden: bool) -> None:
    text, file = _text(stack, _plan(stack, tmp_path)), GOLDEN / f"{stack}.yaml"
    if update_golden:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "look at the difference; then: pytest tests/stacks --update-golden"


def test_there_is_no_golden_plan_of_a_stack_that_is_gone() -> None:
    assert sorted(file.stem for file in GOLDEN.iterdir()) == STACKS


# A laboratory's cluster is there already; production makes its own.
_ELSEWHERE = {("cartorio:cluster:ExistingCluster", "")}


def test_no_stack_has_what_production_has_not(tmp_path: Path) -> None:
    """What differs is values: how many there are of a kind, and which sections a smaller stack leaves out."""
    plans = {stack: _plan(stack, tmp_path / stack).resources for stack in STACKS}
    kinds = {stack: {(one.type, one.provider_name) for one in resources} for stack, resources in plans.items()}
    components = {stack: {one.name for one in resources if not one.custom} for stack, resources in plans.items()}
    for stack in STACKS:
        assert kinds[stack] - _ELSEWHERE <= kinds["producao"], stack
        assert components[stack] <= components["producao"], stack

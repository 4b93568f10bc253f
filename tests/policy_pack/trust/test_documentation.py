"""docs/trust.md speaks of tests that exist, and its example is a policy."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from guardrails.trust.policy_file import load_policy

PAGE = (Path(__file__).parents[3] / "docs" / "trust.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_tests_that_the_page_names_exist(file: str, name: str) -> None:
    tree = ast.parse(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_page_names_tests_and_its_example_is_a_policy(tmp_path: Path) -> None:
    assert len(NAMED) > 25
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "trust.yaml").write_text(example, encoding="utf-8")
    assert load_policy(tmp_path / "trust.yaml").profiles["producao"].rules[0].attestations[2].name == "scan"

from __future__ import annotations

import pytest

from delivery.policy.lines import Lines

TEXT = """\
kind: Pod
spec:
  containers:
    - name: a
      image: x
---
kind: List
items:
  - kind: Pod
    metadata: {name: b}
"""


@pytest.mark.parametrize(
    ("document", "within", "path", "line"),
    [
        (1, "", "spec.containers[0].image", 5),
        (1, "", "spec.containers[0].securityContext.privileged", 4),
        (1, "", "spec.containers[3].image", 3),
        (1, "", "metadata", 1),
        (1, "", "", 1),
        (2, "items[0]", "metadata.name", 10),
        (2, "items[0]", "", 9),
        (3, "", "kind", 0),
        (0, "", "kind", 0),
    ],
)
def test_a_property_has_a_line_or_what_is_around_it(document: int, within: str, path: str, line: int) -> None:
    assert Lines({"f": TEXT}).line("f", document, within, path) == line


@pytest.mark.parametrize("text", ["a: [", "", "a: 1" + " " * 5_000_000])
def test_a_file_without_lines_has_none(text: str) -> None:
    assert Lines({"f": text}).line("f", 1, "", "a") == 0
    assert Lines({}).line("g", 1, "", "a") == 0


def test_json_has_lines_too() -> None:
    assert Lines({"f": '{\n\t"a": {\n\t\t"b": 1}}'}).line("f", 1, "", "a.b") == 3

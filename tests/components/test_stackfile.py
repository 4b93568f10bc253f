from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.stackfile import StackFile

TEXT = """\
# a comment
config:
  cartorio:profile: local
  cartorio:tenancy:
    namespaces:
      - name: one
        quota: { pods: 3 }
      - name: two
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("cartorio:profile",), 3),
        (("cartorio:tenancy",), 4),
        (("cartorio:tenancy", "namespaces"), 5),
        (("cartorio:tenancy", "namespaces", 0), 6),
        (("cartorio:tenancy", "namespaces", 0, "quota", "pods"), 7),
        (("cartorio:tenancy", "namespaces", 1, "name"), 8),
        # What is missing is shown where it belongs.
        (("cartorio:tenancy", "namespaces", 1, "quota"), 8),
        (("cartorio:tenancy", "namespaces", 7, "name"), 5),
        (("cartorio:tenancy", "readers"), 4),
        # A whole section that is missing has no line but the file.
        (("cartorio:aws",), 0),
    ],
)
def test_line(path: tuple[str | int, ...], line: int) -> None:
    assert StackFile("Pulumi.local.yaml", TEXT).line(path) == line


@pytest.mark.parametrize("text", ["", "config: [", "- 1", "config: 3", "\t"])
def test_a_file_that_cannot_be_read_has_no_lines(text: str) -> None:
    assert StackFile("Pulumi.local.yaml", text).line(("cartorio:profile",)) == 0


@given(st.text(max_size=60), st.lists(st.one_of(st.text(max_size=5), st.integers(0, 3)), max_size=4))
def test_total(text: str, path: list[str | int]) -> None:
    assert StackFile("x", "config:\n  " + text).line(path) >= 0

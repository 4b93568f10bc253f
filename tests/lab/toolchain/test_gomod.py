from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import LabError
from lab.toolchain.gomod import GoMod, parse, read

_FILE = Path("go.mod")
_TEXT = """\
module cartorio/toolchain/example // a comment

go 1.26.0

require example.test/one v1.0.0

require (
	example.test/two v2.0.0 // indirect
	"example.test/three" v0.3.0
)

replace example.test/two => example.test/fork v2.0.1

replace (
	example.test/three v0.3.0 => ../three
	example.test/absent => example.test/other v9.0.0
)

tool example.test/one/cmd/one
"""


def test_versions_are_those_in_effect() -> None:
    mod = parse(_TEXT, _FILE)
    assert mod.go == "1.26.0"
    assert mod.versions == {
        "example.test/one": "v1.0.0",
        "example.test/two": "v2.0.1",
        "example.test/three": "v0.3.0",
    }
    assert mod.version("example.test/two") == "2.0.1"


def test_a_module_that_is_not_required_is_named() -> None:
    with pytest.raises(LabError, match=r"does not require example\.test/absent"):
        parse(_TEXT, _FILE).version("example.test/absent")


def test_a_file_without_a_go_line_is_refused() -> None:
    with pytest.raises(LabError, match="no `go` line"):
        parse("module x\n", _FILE)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        read(tmp_path / "go.mod")
    assert caught.value.where == str(tmp_path / "go.mod")


@given(st.lists(st.sampled_from(["require (", ")", "go 1.26", "a v1", "replace a => b v2", "//", "require a v1", "("])))
def test_any_arrangement_is_read_or_refused(lines: list[str]) -> None:
    try:
        assert isinstance(parse("\n".join(lines), _FILE), GoMod)
    except LabError:
        assert not any(line == "go 1.26" for line in lines) or "require (" in lines or "(" in lines

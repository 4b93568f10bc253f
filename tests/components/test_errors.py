from __future__ import annotations

from components.errors import CartorioError, Problem, SettingsError


def test_a_problem_says_file_line_path_and_message() -> None:
    problem = Problem("Pulumi.local.yaml", 12, "cartorio:audit.retentionDays", "must be one of 1, 3")
    assert str(problem) == "Pulumi.local.yaml:12  cartorio:audit.retentionDays  must be one of 1, 3"


def test_a_problem_of_a_whole_file_has_neither_line_nor_path() -> None:
    assert str(Problem("release.json", 0, "", "does not exist")) == "release.json  does not exist"


def test_the_error_lists_every_problem_in_file_order() -> None:
    error = SettingsError(
        (Problem("b", 1, "x", "later"), Problem("a", 9, "y", "second"), Problem("a", 2, "z", "first"))
    )
    assert isinstance(error, CartorioError)
    lines = str(error).splitlines()
    assert lines[0] == "the stack's configuration has 3 problems; nothing was changed:"
    assert [line.split()[-1] for line in lines[1:]] == ["first", "second", "later"]

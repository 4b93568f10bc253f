"""The program's one error: what is wrong with the configuration, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with one setting. Problems sort as they stand in their files.

    Attributes:
        file: the file, as the project names it ("Pulumi.local.yaml").
        line: its line, counted from 1; 0 when the file as a whole is meant.
        path: the setting ("cartorio:workload.api.replicas.max"); empty when the file as a whole is meant.
        message: what is wrong and what would be right.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return "  ".join(part for part in (where, self.path, self.message) if part)


class CartorioError(Exception):
    """Base of the errors of `components`."""


class SettingsError(CartorioError):
    """The stack's configuration, or a file that it names, cannot be used. Carries every problem, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(problems))
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"the stack's configuration has {count}; nothing was changed:\n{lines}")

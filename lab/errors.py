"""The lab's one error: what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import ClassVar


class LabError(Exception):
    """Something the lab needs is missing, broken or refused; the command line prints it without a traceback.

    Args:
        what: one sentence, what is wrong.
        where: a file, service, tool or URN, when there is one.
        remedy: the next thing to do, when it is known.
    """

    exit_code: ClassVar[int] = 3  # DESIGN.md: something the command depends on failed

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy


class UsageError(LabError):
    """The request itself cannot be served: an unknown name, an impossible combination."""

    exit_code: ClassVar[int] = 2

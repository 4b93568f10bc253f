"""Where PINs come from: a file, a variable of the environment, or the person. Never the command line.

A PIN is given to the module once and kept nowhere; nothing here or in an error shows it.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import typer

from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from delivery.hsm.declaration import DeclaredToken

_LONGEST = 1024  # bytes


def pin_of(
    token: DeclaredToken,
    folder: Path,
    *,
    ask: bool,
    environment: Mapping[str, str] = os.environ,
    prompt: Callable[[str], str] | None = None,
) -> str:
    """The PIN of a token's user.

    Args:
        token: whose.
        folder: what a file's relative path is relative to.
        ask: whether a person is asked instead of what the declaration names.
        environment: where variables are.
        prompt: asks a person; the terminal by default, without echo.

    Raises:
        UsageError: there is none where the declaration says, or others can read the file.
    """
    where = f"token {token.label}"
    if ask:
        return (prompt or _terminal)(f"PIN of {where}")
    if token.pin is None:
        remedy = "add `pin: {env: NAME}` or `pin: {file: PATH}` to the token, or give --prompt"
        raise UsageError("the declaration does not say where the PIN is", where=where, remedy=remedy)
    if token.pin.env is not None:
        value = environment.get(token.pin.env, "")
        if not value:
            raise UsageError(f"the variable {token.pin.env} is not set", where=where)
        return value
    return _read(folder / str(token.pin.file), where)


def _read(file: Path, where: str) -> str:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(_LONGEST + 1)
    except OSError as error:
        raise UsageError(f"the PIN's file cannot be read: {error.strerror}: {file}", where=where) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"others can read the PIN's file {file}", where=where, remedy=f"chmod 600 {file}")
    try:
        pin = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        pin = ""
    if not pin or len(content) > _LONGEST or "\n" in pin:
        raise UsageError(f"the file {file} is not one line with a PIN", where=where)
    return pin


def _terminal(text: str) -> str:
    answer: str = typer.prompt(text, hide_input=True, err=True)
    return answer

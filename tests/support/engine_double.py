"""A `pulumi` that is none: it logs the events that a test gives it, for tests of what is made of them.

The real engine is met in tests/delivery/preview/test_run.py and tests/e2e; here it would say the same, a hundred times
slower.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PROGRAM = """\
#!{python} -IS
import json, os, sys
here, arguments = {here!r}, sys.argv[1:]
with open(os.path.join(here, "calls.jsonl"), "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
if arguments[0] == "version":
    print("v3.259.0")
    sys.exit()
stack = arguments[arguments.index("--stack") + 1]
with open(os.path.join(here, arguments[0] + "-" + stack + ".json")) as file:
    told = json.load(file)
if told["lines"]:
    with open(arguments[arguments.index("--event-log") + 1], "w") as log:
        log.write("\\n".join(told["lines"]))
if told["record"] and os.environ.get("CARTORIO_POLICY_RECORD"):
    with open(os.environ["CARTORIO_POLICY_RECORD"], "w") as record:
        record.write("\\n".join(told["record"]))
print(told["said"])
sys.exit(told["code"])
"""


class EngineDouble:
    """The program in a folder of its own, and what it is to log.

    Args:
        folder: put it first on PATH.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        program = folder / "pulumi"
        program.write_text(_PROGRAM.format(python=sys.executable, here=str(folder)))
        program.chmod(0o755)

    def answers(
        self,
        stack: str,
        lines: Sequence[str],
        *,
        command: str = "preview",
        code: int = 0,
        said: str = "",
        record: Sequence[str] = (),
    ) -> None:
        """What `pulumi COMMAND --stack STACK` logs, prints and ends with."""
        told = {"lines": list(lines), "code": code, "said": said, "record": list(record)}
        (self.folder / f"{command}-{stack}.json").write_text(json.dumps(told))

    def calls(self) -> list[list[str]]:
        """The arguments of each call so far."""
        file = self.folder / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []

"""Checkpoints: a log's signed word for the root of its Merkle tree.

https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md and signed-note.md there: origin, size and root on a line
each, perhaps more lines, an empty line, then lines of signatures, of which the log's own counts; witnesses sign too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.trust._fields import data
from guardrails.trust.errors import Malformed

if TYPE_CHECKING:
    from guardrails.trust.trust_root import Log

_SIGNATURE_RE: Final = re.compile(r"\u2014 (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/=]+)")
_HINT: Final = 4
_LONGEST: Final = 16 * 1024
_MOST_SIGNATURES: Final = 64


def verify_checkpoint(note: str, log: Log, size: int, root: bytes) -> None:
    """Verify that a log has signed for a tree of this size and root.

    Raises:
        Malformed: it has not, or the checkpoint is malformed.
    """
    head, blank, tail = note.partition("\n\n")
    if len(note) > _LONGEST or not blank or not tail.endswith("\n"):
        raise Malformed("its checkpoint is not a signed note")
    lines = head.split("\n")
    if len(lines) < 3 or not lines[0]:  # noqa: PLR2004 -- origin, size, root
        raise Malformed("its checkpoint lacks origin, size or root")
    if lines[1] != str(size):
        raise Malformed("its checkpoint is of a tree of another size")
    if data(lines[2], "checkpoint's root hash") != root:
        raise Malformed("its checkpoint is of another root")
    signed = head.encode() + b"\n"
    origin = lines[0].partition(" - ")[0]
    for line in tail[:-1].split("\n")[:_MOST_SIGNATURES]:
        match = _SIGNATURE_RE.fullmatch(line)
        if match is None:
            continue
        value = data(match["value"], "checkpoint's signature")
        if match["name"] == origin and value[:_HINT] == log.log_id[:_HINT] and log.key.verifies(value[_HINT:], signed):
            return
    raise Malformed("its checkpoint was not signed by the log")

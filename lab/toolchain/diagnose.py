"""Why a Go command failed, from what it printed: pure, so that every kind of failure can be tested without one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINES = 12


@dataclass(frozen=True)
class Diagnosis:
    """A failure in words.

    Attributes:
        what: one clause, for "building kwok failed: ...".
        remedy: what to do.
        lines: the last relevant lines of the output.
        disk: whether a disk is full, so that the room on each is worth telling.
    """

    what: str
    remedy: str
    lines: tuple[str, ...]
    disk: bool = False


_FULL = "the disk is full"
# First match wins: a full disk makes everything else fail too, and a refused proxy mentions modules that are missing.
_CAUSES = (
    (
        r"no space left on device|disk quota exceeded",
        _FULL,
        "free some space (`go clean -cache` empties Go's own cache); what is compiled already is kept",
    ),
    (
        r"SECURITY ERROR|checksum mismatch",
        "a downloaded module is not the one that go.sum pins",
        "do not work around it: find out who serves modules here (`go env GOPROXY`), then `go clean -modcache`",
    ),
    (
        r"missing go\.sum entry|updates to go\.mod needed|inconsistent vendoring",
        "the module's go.mod and go.sum do not belong together",
        "run `go mod tidy` in that module's folder and review what it changed",
    ),
    (
        r": [45]\d\d [A-Z][a-z]+|module lookup disabled",
        "the module proxy refused a module",
        "check what `go env GOPROXY` names and whether it may serve that module; set GOPROXY to one that does",
    ),
    (
        r"dial tcp|proxyconnect|no such host|i/o timeout|connection re|TLS handshake|x509:|unreachable|unexpected EOF",
        "the network is in the way of the module proxy",
        "check the connection, HTTPS_PROXY and `go env GOPROXY`; what was downloaded is kept",
    ),
    (
        r"signal: killed|cannot allocate memory|out of memory",
        "the machine ran out of memory",
        "close other programs, or build with less at once: set GOMAXPROCS=1 and run the same command again",
    ),
    (
        r"requires go >= |go\.mod requires go|invalid go version|note: module requires Go",
        "this Go is too old for the module",
        "install a newer Go, or take the old one off PATH so that the pinned one is installed",
    ),
)
_NOISE = re.compile(r"^go: (downloading|finding|extracting) |^# ")


def diagnose(output: list[str]) -> Diagnosis:
    """Say why a Go command failed that printed these lines (those about progress left out)."""
    lines = tuple(line for line in output if line.strip() and not _NOISE.match(line))
    for pattern, what, remedy in _CAUSES:
        hits = [line for line in lines if re.search(pattern, line)]
        if hits:
            return Diagnosis(what, remedy, tuple(hits[-_LINES:]), disk=what == _FULL)
    return Diagnosis(
        "the compiler gave up",
        "read the log; if the pins were changed, go back to the ones that are committed",
        lines[-_LINES:],
    )

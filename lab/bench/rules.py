"""How fast the rules are: over files, against other checkers in the same run, and over ever more resources in memory.

The peers are taken from PATH or from `CARTORIO_BENCH_CHECKOV` and `CARTORIO_BENCH_CONFTEST`; they are no dependencies.
One that is not there is left out, and the table says how to get it. Each is run as a person would run it, one after
another and by the same clock; of one that is quick, the quickest of a few runs counts, since a machine that does other
things besides makes any of them slower and none faster. No signatures are asked for.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner, surroundings
from guardrails.model import Profile
from guardrails.resources.base import Declared
from lab.bench import manifests
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

FILES: Final = 5000
SIZES: Final = (100, 1000, 10_000)
FASTER: Final = 20
"""How many times faster than checkov the rules should be."""
STEADY: Final = 1.5
"""How much more a resource of the largest size may cost than one of the smallest."""
_REGO: Final = Path(__file__).with_name("peers.rego")
_PEERS: Final = {
    "conftest": ("CARTORIO_BENCH_CONFTEST", "`go install github.com/open-policy-agent/conftest@v0.71.1`"),
    "checkov": ("CARTORIO_BENCH_CHECKOV", "an environment of its own: `uv venv peer && uv pip install checkov`"),
}
_PATIENCE: Final = 1800  # seconds
_QUICK: Final = 10.0  # seconds
_RUNS: Final = 3
_OWN: Final = "cartorio policy check"
_NO_SIGNATURES: Final = "image/signed"


@dataclass(frozen=True)
class Timed:
    """What one checker took.

    Attributes:
        name: the checker.
        rules: how many rules it has for such files, in words.
        seconds: by the clock.
        processors: seconds of processors.
        missing: how to get it, when it is not there.
    """

    name: str
    rules: str
    seconds: float = 0.0
    processors: float = 0.0
    missing: str = ""


def against_peers(project: Path, count: int = FILES) -> tuple[Timed, ...]:
    """The pack's command and its peers over the same files.

    Raises:
        LabError: one of them failed.
    """
    with tempfile.TemporaryDirectory(prefix="cartorio-bench-") as made:
        folder = Path(made)
        manifests.write(manifests.rendered(project), count, folder)
        return (_own(folder), *(_peer(name, folder) for name in _PEERS))


def scaling(project: Path, sizes: Sequence[int] = SIZES) -> tuple[tuple[int, float], ...]:
    """For each number of resources, the seconds that the rules take for one, rules across resources included."""
    objects = manifests.rendered(project)
    judged = tuple(policy for policy in CATALOGUE if policy.id != _NO_SIGNATURES)
    outside = surroundings(project / "policy_pack", project, CATALOGUE, Profile.PRODUCAO, datetime.now(UTC))
    found: list[tuple[int, float]] = []
    for size in sizes:
        declared = [_declared(number, one) for number, one in enumerate(manifests.tenants(objects, size))]
        start = time.process_time()
        examiner = Examiner(judged, Profile.PRODUCAO, outside)
        for one in declared:
            examiner.examine(one)
        examiner.examine_stack(declared)
        found.append((size, (time.process_time() - start) / size))
    return tuple(found)


def report(timed: Sequence[Timed], scaled: Sequence[tuple[int, float]]) -> tuple[Table | str, ...]:
    """Both tables, and whether the limits hold."""
    table = Table(title=f"rules over {FILES} rendered manifests")
    for heading in ("", "rules", "s", "processors s", "times ours"):
        table.add_column(heading, justify="right" if heading not in {"", "rules"} else "left")
    ours = timed[0]
    lines: list[Table | str] = [table]
    for one in timed:
        if one.missing:
            lines.append(f"{one.name} is not there and was left out; to have it: {one.missing}")
            continue
        numbers = (one.seconds, one.processors, one.seconds / ours.seconds)
        table.add_row(one.name, one.rules, *(f"{number:.2f}" for number in numbers))
        if one.name == "checkov":
            lines.append(_verdict(f"at least {FASTER} times as fast as checkov", one.seconds / ours.seconds, FASTER))
        if one.name == "conftest":
            lines.append(_verdict("ahead of conftest", one.seconds / ours.seconds, 1))
    sizes = Table(title="what the rules take for one resource")
    sizes.add_column("resources", justify="right")
    sizes.add_column("µs each", justify="right")
    for size, seconds in scaled:
        sizes.add_row(f"{size}", f"{seconds * 1e6:.0f}")
    growth = scaled[-1][1] / scaled[0][1]
    holds = "holds" if growth <= STEADY else "DOES NOT HOLD"
    steady = f"the same for {scaled[-1][0]} as for {scaled[0][0]}, within {STEADY}: {holds} ({growth:.2f})"
    return (*lines, sizes, steady)


def _verdict(what: str, ratio: float, limit: float) -> str:
    return f"{what}: {'holds' if ratio >= limit else 'DOES NOT HOLD'} ({ratio:.1f})"


def _own(folder: Path) -> Timed:
    program = shutil.which("cartorio")
    if program is None:
        raise LabError("the command cartorio is not on PATH", remedy="run it as `make bench` does")
    return _timed(_OWN, f"{len(CATALOGUE) - 1}", [program, "policy", "check", str(folder), "--skip", _NO_SIGNATURES])


def _peer(name: str, folder: Path) -> Timed:
    variable, advice = _PEERS[name]
    program = os.environ.get(variable) or shutil.which(name)
    if not program:
        return Timed(name, "", missing=f"{advice}, then {variable}=/path/to/{name}")
    if name == "checkov":
        return _timed(
            name, "its own for Kubernetes", [program, "-d", str(folder), "--framework", "kubernetes", "--compact"]
        )
    rules = _REGO.read_text("utf-8").count("\ndeny contains")
    return _timed(name, f"{rules}", [program, "test", str(folder), "--policy", str(_REGO), "--no-color"])


def _timed(name: str, rules: str, command: Sequence[str]) -> Timed:
    best = _run(name, rules, command)
    for _ in range(_RUNS - 1 if best.seconds < _QUICK else 0):
        best = min(best, _run(name, rules, command), key=lambda one: one.seconds)
    return best


def _run(name: str, rules: str, command: Sequence[str]) -> Timed:
    before, start = _used(), time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{name} could not be run to its end: {error}", where=command[0]) from error
    if done.returncode not in {0, 1}:  # 1: findings
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()[-5:]
        raise LabError(f"{name} failed (exit {done.returncode}): {' '.join(said)}", where=command[0])
    return Timed(name, rules, time.perf_counter() - start, _used() - before)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _declared(number: int, one: dict[str, Any]) -> Declared:
    version = one["apiVersion"] if "/" in one["apiVersion"] else f"core/{one['apiVersion']}"
    kind = f"kubernetes:{version}:{one['kind']}"
    return Declared(kind, f"{number}", f"urn:pulumi:bench::cartorio::{kind}::{number}", one)

"""Where the rules and checkov differ on the same manifests, and why: measured, recorded, and made a page of.

`python -m lab.bench.peers` asks checkov (from `CARTORIO_BENCH_CHECKOV` or PATH) about the failing and the passing
example of every rule that judges objects of Kubernetes, and writes down what both said: `peers.json`, beside this file.
`--page` makes docs/peers.md of the record, `--page --check` says whether it is that. What our rules say is computed by
the tests each time; that a record is of other examples than there are now is told by their fingerprints. Checkov's
output is that of `--output json` (https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner, surroundings
from guardrails.examples import declared_in
from guardrails.model import Profile
from lab.bench.peers_page import page
from lab.errors import LabError
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from guardrails.model import Example, Policy

VARIABLE: Final = "CARTORIO_BENCH_CHECKOV"
RECORD: Final = Path(__file__).with_name("peers.json")
PAGE: Final = PROJECT_ROOT / "docs" / "peers.md"
_NO_SIGNATURES: Final = "image/signed"
_PATIENCE: Final = 900  # seconds
_LATER: Final = "${"


@dataclass(frozen=True)
class Said:
    """What both said of one manifest.

    Attributes:
        fingerprint: of the manifest's text.
        ours: the rules that found something, in order.
        failed: the checks of checkov that did, in order.
        passed: those that found it fine, in order.
    """

    fingerprint: str
    ours: tuple[str, ...]
    failed: tuple[str, ...]
    passed: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """A measurement.

    Attributes:
        checkov: the version of checkov.
        day: when it was made, as 2026-11-25.
        names: what each check of checkov is called, by its number.
        manifests: what was said of each: `rule failing`, `rule passing`.
    """

    checkov: str
    day: str
    names: Mapping[str, str]
    manifests: Mapping[str, Said]


def examples() -> Iterator[tuple[str, Policy, Example]]:
    """The manifests: the examples that are objects of Kubernetes of which everything is known, and nothing beside."""
    for policy in CATALOGUE:
        pair = (("failing", policy.failing), ("passing", policy.passing))
        if all(_plain(example) for _, example in pair):
            for name, example in pair:
                yield f"{policy.id} {name}", policy, example


def fingerprint(example: Example) -> str:
    """What tells one manifest from another."""
    return hashlib.sha256(example.text.encode()).hexdigest()[:12]


def ours(example: Example) -> tuple[str, ...]:
    """The rules that find something in a manifest, in production, without asking for signatures."""
    outside = surroundings(
        PROJECT_ROOT / "policy_pack", PROJECT_ROOT, CATALOGUE, Profile.PRODUCAO, datetime(2026, 11, 25, tzinfo=UTC)
    )
    examiner = Examiner([rule for rule in CATALOGUE if rule.id != _NO_SIGNATURES], Profile.PRODUCAO, outside)
    declared = declared_in(example)
    found = [one for each in declared for one in examiner.examine(each).violations]
    return tuple(sorted({one.rule for one in (*found, *examiner.examine_stack(declared).violations)}))


def theirs(program: str) -> tuple[str, dict[str, str], dict[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """What checkov says: its version, its checks' names, and for each manifest those that failed and those that passed.

    Raises:
        LabError: it could not be run, or said something else than was asked for.
    """
    with tempfile.TemporaryDirectory(prefix="cartorio-peers-") as folder:
        files = {}
        for number, (name, _, example) in enumerate(examples()):
            file = Path(folder, f"{number:03}.yaml")
            file.write_text(example.text, "utf-8")
            files[file.name] = name
        command = [program, "-d", folder, "--framework", "kubernetes", "--output", "json", "--compact"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
            said = json.loads(done.stdout)
            results, version = said["results"], said["summary"]["checkov_version"]
            failed, passed = ((key, results[f"{key}_checks"]) for key in ("failed", "passed"))
        except (OSError, subprocess.TimeoutExpired, ValueError, LookupError, TypeError) as error:
            raise LabError(f"checkov did not say what it was asked: {error}", where=program) from error
    names: dict[str, str] = {}
    found: dict[str, dict[str, set[str]]] = {name: {"failed": set(), "passed": set()} for name in files.values()}
    for verdict, checks in (failed, passed):
        for check in checks:
            names[check["check_id"]] = check["check_name"]
            found[files[Path(check["file_path"]).name]][verdict].add(check["check_id"])
    # What fails for one object of a manifest fails for the manifest.
    sorted_out = {
        name: (tuple(sorted(both["failed"])), tuple(sorted(both["passed"] - both["failed"])))
        for name, both in found.items()
    }
    return version, dict(sorted(names.items())), sorted_out


def measure(program: str, day: str) -> Measured:
    """Ask both; raises what `theirs` does."""
    version, names, said = theirs(program)
    manifests = {name: Said(fingerprint(example), ours(example), *said[name]) for name, _, example in examples()}
    return Measured(version, day, names, manifests)


def recorded(file: Path = RECORD) -> Measured:
    """The committed measurement."""
    content = json.loads(file.read_text("utf-8"))
    manifests = {
        name: Said(one["fingerprint"], *(tuple(one[key]) for key in ("ours", "failed", "passed")))
        for name, one in content["manifests"].items()
    }
    return Measured(content["checkov"], content["day"], content["names"], manifests)


def _plain(example: Example) -> bool:
    if _LATER in example.text or example.problems or example.exemptions or example.configuration or example.stood_in:
        return False
    documents: list[Any] = list(yaml.safe_load_all(example.text))
    return all(isinstance(one, dict) and "apiVersion" in one for one in documents)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or make the page of what was measured; 1: the page is out of date, 3: checkov is not there or failed."""
    parser = argparse.ArgumentParser(prog="python -m lab.bench.peers", description=__doc__)
    parser.add_argument("--page", action="store_true", help="make docs/peers.md of the record")
    parser.add_argument("--check", action="store_true", help="with --page: change nothing; 1 when it is out of date")
    given = parser.parse_args(arguments)
    if given.page:
        text = page(recorded())
        if given.check and PAGE.read_text("utf-8") != text:
            sys.stderr.write("docs/peers.md is out of date: run `python -m lab.bench.peers --page`\n")
            return 1
        if not given.check:
            PAGE.write_text(text, "utf-8")
        return 0
    program = os.environ.get(VARIABLE) or shutil.which("checkov")
    if not program:
        sys.stderr.write(
            f"error: there is no checkov\n  do:    install it by itself, then {VARIABLE}=/path/to/checkov\n"
        )
        return 3
    try:
        measured = measure(program, f"{datetime.now(UTC):%Y-%m-%d}")
    except LabError as error:
        sys.stderr.write(f"error: {error.what}\n  where: {error.where}\n")
        return 3
    RECORD.write_text(json.dumps(asdict(measured), indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m lab.bench.images`: the pack's verifier against the real cosign, on the same 100 signed images in one run.

In a lab of its own, with its registry and its KMS. Each image is signed once, in the older format, as the import of
third-party images writes it; both are told so (`formats: [legacy]`, `--new-bundle-format=false`), and both ask KMS for
the key. The verifier's time is that from the first name to the last verdict, the modules that are loaded for it
included; what its whole process takes is told beside it. Last, what they cost in a preview (`image_previews`).

It informs and does not judge: a limit that does not hold is said plainly, and the exit code is 0 all the same, since a
busy machine must not fail a build. 3: something of the lab did not start, or an image is not trusted.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from lab.bench import image_previews
from lab.bench.verification import APART, PROFILE, TOGETHER
from lab.console import console_reporter
from lab.engine.environment import REGISTRY_NAME, environment
from lab.errors import LabError
from lab.image import imports
from lab.image.layout import write_layout
from lab.paths import LabPaths
from lab.services import Lab
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.bench.image_previews import Previewed
    from lab.report import Reporter

COUNT: Final = 100
AT_ONCE: Final = 8
NEEDED: Final = 3
"""Requests that the protocol needs for one image: its manifest, the list of its signatures, the signature."""
EACH_TIMES, AT_ONCE_TIMES, WARM_MS, PREVIEW_SECONDS = 10.0, 3.0, 1.0, 2.0
_RUNS: Final = 3
_REPOSITORY = "mirror/bench"


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        images: how many.
        cold: seconds of the verifier for all of them, nothing remembered.
        whole: seconds of that process from its start, reading of the policy and all.
        warm: seconds of the same process for all of them again.
        apart: seconds of the verifier for one after the other, nothing remembered.
        round_trips: requests that the cold verifier sent.
        each: seconds of `cosign verify` for one after the other.
        at_once: seconds of the same, `AT_ONCE` at a time.
        previewed: seconds of previews, with them and without.
    """

    images: int
    cold: float
    whole: float
    warm: float
    apart: float
    round_trips: int
    each: float
    at_once: float
    previewed: Previewed


def report(found: Measured) -> tuple[Table, tuple[str, ...]]:
    """The table, and whether each limit holds."""
    table = Table(title=f"{found.images} signed images, verified")
    for heading in ("", "seconds", "of the verifier's"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, seconds in (
        ("the verifier, cold, all at once", found.cold),
        ("the same, with the start of its process", found.whole),
        ("the verifier, cold, one by one", found.apart),
        ("the verifier, warm", found.warm),
        ("cosign verify, one by one", found.each),
        (f"cosign verify, {AT_ONCE} at a time", found.at_once),
        ("a preview of pods of them, cold", found.previewed.verified),
        ("a preview of as many objects without images", found.previewed.plain),
    ):
        table.add_row(name, f"{seconds:.3f}", f"{seconds / found.cold:.1f}")
    warm = found.warm / found.images * 1000
    return table, (
        _limit(f"at least {EACH_TIMES:.0f} times as fast as cosign", found.each / found.cold, EACH_TIMES, least=True),
        _limit(
            f"at least {AT_ONCE_TIMES:.0f} times as fast as cosign {AT_ONCE} at a time",
            found.at_once / found.cold,
            AT_ONCE_TIMES,
            least=True,
        ),
        _limit(f"warm at most {WARM_MS:.0f} ms an image", warm, WARM_MS, least=False),
        _limit(
            f"a preview takes at most {PREVIEW_SECONDS:.0f} s more", found.previewed.more, PREVIEW_SECONDS, least=False
        ),
        f"round trips an image: {found.round_trips / found.images:.2f}; the protocol needs {NEEDED}",
    )


def _limit(what: str, value: float, limit: float, *, least: bool) -> str:
    holds = value >= limit if least else value <= limit
    return f"{what}: {'holds' if holds else 'DOES NOT HOLD'} ({value:.2f})"


def measure(paths: LabPaths, told: Reporter, count: int = COUNT) -> Measured:
    """Measure in the lab at `paths`, which is gone afterwards.

    Raises:
        LabError: the lab does not start, or an image is not trusted.
    """
    toolchain = ensure(None, paths, told)
    lab = Lab(paths, toolchain)
    lab.down(told)
    try:
        endpoints = lab.up(told)
        variables = environment(paths, toolchain, endpoints)
        told.step("images", f"making {count}")
        images = [
            imports.Image(f"{REGISTRY_NAME}/{_REPOSITORY}", str(number), digest, "made here")
            for number, digest in enumerate(_push(paths.root, endpoints.registry, count))
        ]
        imports.sign(images, paths.root, toolchain, endpoints, variables, told)
        key = f"awskms:///{imports.KEY}"
        trust = paths.root / "bench.yaml"
        trust.write_text(json.dumps(_policy(key)), encoding="utf-8")
        named = paths.root / "bench.json"
        named.write_text(json.dumps([f"{image.repository}@{image.digest}" for image in images]), encoding="utf-8")
        direct = [f"{endpoints.registry}/{_REPOSITORY}@{image.digest}" for image in images]
        told.step("images", "verifying with the pack's verifier")
        together, apart = (
            _middle([_ours(trust, named, how, variables) for _ in range(_RUNS)]) for how in (TOGETHER, APART)
        )
        told.step("images", "verifying with cosign")
        command = [str(toolchain.path("cosign")), "verify", "--key", key, "--allow-http-registry"]
        command += ["--insecure-ignore-tlog", "--new-bundle-format=false"]
        each = _cosign(command, direct, variables, at_once=1)
        at_once = _cosign(command, direct, variables, at_once=AT_ONCE)
        told.step("images", "previewing pods of them")
        previewed = image_previews.measure(paths.root, json.loads(named.read_text("utf-8")), trust, variables)
        cold, warm = together["seconds"]
        return Measured(
            images=count,
            cold=cold,
            whole=together["whole"][0],
            warm=warm,
            apart=apart["seconds"][0],
            round_trips=int(together["round_trips"][0]),
            each=each,
            at_once=at_once,
            previewed=previewed,
        )
    finally:
        lab.down(told)


def _policy(key: str) -> dict[str, object]:
    rule = {"name": "all", "images": f"{REGISTRY_NAME}/**", "require": [{"authorities": ["bench"]}]}
    return {
        "version": "cartorio.trust/v1",
        "authorities": {"bench": {"keys": [{"source": key}], "formats": ["legacy"]}},
        "profiles": {profile: {"rules": [rule]} for profile in (PROFILE, image_previews.PROFILE)},
    }


def _push(folder: Path, registry: str, count: int) -> list[str]:
    """Put images into the registry that differ in a label only; their digests."""
    host, _, port = registry.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)

    def ask(method: str, path: str, body: bytes | None = None, kind: str = "application/octet-stream") -> str:
        connection.request(method, path, body=body, headers={"Content-Type": kind})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise LabError(f"the registry answers {answer.status} to {method} {path}", where=registry)
        return answer.headers.get("Location") or ""

    with tempfile.TemporaryDirectory(dir=folder) as layout:
        digests = [
            write_layout(b"x", Path(layout), architecture="amd64", labels={"number": str(number)})
            for number in range(count)
        ]
        blobs = Path(layout) / "blobs" / "sha256"
        manifests = {digest.partition(":")[2] for digest in digests}
        for blob in sorted(blobs.iterdir(), key=lambda file: file.name in manifests):
            content = blob.read_bytes()
            if blob.name in manifests:
                kind = str(json.loads(content)["mediaType"])
                ask("PUT", f"/v2/{_REPOSITORY}/manifests/sha256:{blob.name}", content, kind)
            else:
                place = ask("POST", f"/v2/{_REPOSITORY}/blobs/uploads/", b"")
                ask("PUT", f"{place}?digest=sha256:{blob.name}", content)
    return digests


def _middle(runs: Sequence[dict[str, list[float]]]) -> dict[str, list[float]]:
    """The run that is neither fastest nor slowest: each is so short that anything else on the machine shows in it."""
    return sorted(runs, key=lambda run: run["seconds"][0])[len(runs) // 2]


def _ours(trust: Path, images: Path, how: str, variables: Mapping[str, str]) -> dict[str, list[float]]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lab.bench.verification", str(trust), str(images), how],
        env={**variables, "CARTORIO_EVIDENCE_CACHE": "off"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    whole = time.perf_counter() - start
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise LabError("the verifier does not trust what was signed: " + " ".join(said))
    found: dict[str, list[float]] = json.loads(done.stdout)
    return {**found, "whole": [whole - found["seconds"][1]]}


def _cosign(command: Sequence[str], images: Sequence[str], variables: Mapping[str, str], *, at_once: int) -> float:
    def verify(image: str) -> None:
        done = subprocess.run(
            [*command, image], env=dict(variables), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise LabError(f"cosign does not trust what was signed:\n{done.stderr.strip()}", where=image)

    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(verify, images))
    return time.perf_counter() - start


def main() -> int:
    """Measure and print; the exit code."""
    own = LabPaths.default().beside("bench")
    out = Console(highlight=False, emoji=False)
    try:
        with console_reporter() as told:
            found = measure(own, told, int(os.environ.get("IMAGES") or COUNT))
        table, lines = report(found)
    except LabError as error:
        message = f"error: {error.what}\n  where: {error.where}\n  do:    {error.remedy or 'cartorio lab status'}"
        Console(stderr=True, highlight=False, emoji=False).print(message, style="red", markup=False, soft_wrap=True)
        return error.exit_code
    out.print(table)
    for line in lines:
        out.print(line, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The lab's release: compile the application, make an image of it, push it, sign it, and write the release file.

It is the release process in small: what the program's settings read (`cartorio.release/v1`) comes from here.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.image.layout import write_layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.report import Reporter
    from lab.services import Tools

REGISTRY = "registry.cartorio.internal"
REPOSITORY = "cartorio/app"
SCHEMA = "cartorio.release/v1"
_SOURCE = Path(__file__).resolve().parent / "app"
_STEP = "release"
_BUILD_SECONDS = 300
_TOOL_SECONDS = 60


@dataclass(frozen=True)
class Release:
    """A release as the release file has it: `images` maps a role to a reference by digest; none is "not yet"."""

    version: str
    images: Mapping[str, str]

    def write(self, path: Path) -> None:
        """Replace the file in one move, so that a reader never sees half of it; an equal file is left alone."""
        document = {"schema": SCHEMA, "version": self.version, "images": dict(sorted(self.images.items()))}
        text = json.dumps(document, indent=2) + "\n"
        if path.exists() and path.read_text() == text:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)


NOTHING_RELEASED = Release(version="0.0.0", images={})


@dataclass(frozen=True)
class Publisher:
    """Builds, pushes and signs with the toolchain's programs.

    Args:
        toolchain: gives `go`, `crane` and `cosign`.
        environment: the tools' whole environment, the lab's: `AWS_ENDPOINT_URL` and credentials are what cosign signs
            with, and no variable of the caller's own may lead it elsewhere.
        registry: host and port where `REGISTRY` really is.
        folder: where the image layout is kept between runs.
    """

    toolchain: Tools
    environment: Mapping[str, str]
    registry: str
    folder: Path

    def publish(self, report: Reporter) -> Release:
        """Build and push the application's image; return the release that names it."""
        report.step(_STEP, "compiling the application")
        binary, architecture = self._compile()
        version = f"0.1.0-{hashlib.sha256(binary).hexdigest()[:12]}"
        digest = write_layout(
            binary,
            self.folder / "layout",
            architecture=architecture,
            labels={"org.opencontainers.image.title": "cartorio", "org.opencontainers.image.version": version},
        )
        report.step(_STEP, f"pushing {REPOSITORY}@{digest[:19]}")
        tag = digest.removeprefix("sha256:")[:12]  # for people; everything of ours goes by digest
        self._run("crane", "push", "--insecure", str(self.folder / "layout"), f"{self.registry}/{REPOSITORY}:{tag}")
        reference = f"{REGISTRY}/{REPOSITORY}@{digest}"
        return Release(version=version, images={"api": reference, "workers": reference})

    def sign(self, release: Release, key: str, report: Reporter) -> None:
        """Sign every image of the release with `key` (`awskms:///alias/...`), if cosign finds no signature by it."""
        for reference in sorted(set(release.images.values())):
            located = reference.replace(REGISTRY, self.registry, 1)
            # No transparency log and no signing service on loopback: the key in KMS is the whole trust (TRUST.md).
            loopback = ("--key", key, "--allow-http-registry")
            try:
                self._run("cosign", "verify", *loopback, "--insecure-ignore-tlog", located)
            except LabError:
                report.step(_STEP, f"signing {reference.removeprefix(REGISTRY + '/')[:32]}")
                self._run(
                    "cosign", "sign", "--yes", *loopback, "--use-signing-config=false", "--tlog-upload=false", located
                )

    def _compile(self) -> tuple[bytes, str]:
        go = str(self.toolchain.path("go"))
        output = self.folder / "app"
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {"CGO_ENABLED": "0", "GOOS": "linux", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
        self._run(
            "go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", str(output), ".",
            program=go, cwd=_SOURCE, extra=environment, seconds=_BUILD_SECONDS,
        )  # fmt: skip
        architecture = self._run("go", "env", "GOARCH", program=go, cwd=_SOURCE, extra=environment).strip()
        return output.read_bytes(), architecture

    def _run(
        self,
        tool: str,
        *arguments: str,
        program: str | None = None,
        cwd: Path | None = None,
        extra: Mapping[str, str] | None = None,
        seconds: float = _TOOL_SECONDS,
    ) -> str:
        argv = [program or str(self.toolchain.path(tool)), *arguments]
        environment = {**self.environment, **(extra or {})}
        try:
            done = subprocess.run(
                argv, env=environment, cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise LabError(
                f"{tool} {arguments[0]} did not end within {seconds:.0f} s",
                remedy="see whether the lab's services answer: cartorio lab status",
            ) from error
        if done.returncode != 0:
            lines = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
            raise LabError(f"{tool} {arguments[0]} failed (exit {done.returncode}):\n{lines}", where=str(arguments[-1]))
        return done.stdout

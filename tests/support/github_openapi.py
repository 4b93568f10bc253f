"""GitHub's own description of its API, for a double of it: from the npm registry, pinned, into the cache.

https://github.com/octokit/openapi: the package holds the description with all references resolved. What the tests need
of its 12 MB is kept beside it, so that a session does not read them all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from lab.paths import LabPaths

_VERSION = "23.0.2"
_INTEGRITY = "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="  # SHA-512
_INSIDE = "package/generated/api.github.com.deref.json"
_PATHS = (
    "/user",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/releases",
    "/repos/{owner}/{repo}/releases/tags/{tag}",
)


def paths() -> dict[str, Any]:
    """The description's `paths` that the double has."""
    folder = LabPaths.default().cache / "github-openapi" / _VERSION
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{hashlib.sha256(json.dumps(_PATHS).encode()).hexdigest()[:16]}.json"
    with FileLock(folder / "lock"):
        if not kept.is_file():
            described = _downloaded()["paths"]
            staged = kept.with_suffix(".part")
            staged.write_text(json.dumps({path: described[path] for path in _PATHS}), "utf-8")
            staged.replace(kept)
    found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return found


def _downloaded() -> dict[str, Any]:
    npm = shutil.which("npm")
    assert npm, "npm is needed to have GitHub's description of its API; it comes with Node.js"
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"@octokit/openapi@{_VERSION}", "--silent", "--ignore-scripts"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=folder)
        assert done.returncode == 0, done.stderr
        (archive,) = Path(folder).glob("*.tgz")
        with archive.open("rb") as stream:
            found = base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()
        assert found == _INTEGRITY, f"the archive has the SHA-512 {found}, not the pinned one"
        with tarfile.open(archive) as packed, packed.extractfile(_INSIDE) as stream:  # type: ignore[union-attr]
            described: dict[str, Any] = json.load(stream)
    return described

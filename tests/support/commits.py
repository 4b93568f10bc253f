"""A Git repository with commits signed as `git commit -S` with `gpg.format=ssh` would, without asking for ssh-keygen.

Formats: https://git-scm.com/docs/gitformat-signature,
https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import struct
import subprocess
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    class Signer(Protocol):
        """Somebody who signs commits."""

        def sign(self, message: bytes) -> str:
            """The armoured signature of a commit."""


_ALGORITHM = b"ssh-ed25519"
_NAMESPACE = b"git"
_HASH = b"sha512"


class SshSigner:
    """Somebody with a key of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """The public key, as in authorized_keys."""
        text = self._key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        return f"{text} {self.name}"

    def sign(self, message: bytes) -> str:
        """The armoured signature of a commit."""
        signed = b"SSHSIG" + b"".join(map(_string, (_NAMESPACE, b"", _HASH, hashlib.sha512(message).digest())))
        signature = _string(_ALGORITHM) + _string(self._key.sign(signed))
        public = _string(_ALGORITHM) + _string(
            self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        )
        blob = b"SSHSIG" + struct.pack(">I", 1)
        blob += b"".join(map(_string, (public, _NAMESPACE, b"", _HASH, signature)))
        body = "\n".join(textwrap.wrap(base64.b64encode(blob).decode(), 70))
        return f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----"


@dataclass(frozen=True)
class Repository:
    """A working copy of a bare repository.

    Attributes:
        folder: the working copy.
        remote: the bare repository that it is pushed to.
    """

    folder: Path
    remote: Path

    @classmethod
    def create(cls, folder: Path, remote: Path) -> Repository:
        """An empty working copy."""
        folder.mkdir(parents=True)
        made = cls(folder, remote)
        made._git("init", "--quiet", "--initial-branch=main")
        return made

    def copy(self, source: Path, name: str) -> None:
        """Put a folder into the working copy."""
        shutil.copytree(source, self.folder / name)

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def push(self, signer: Signer | None) -> str:
        """Commit everything, signed or not, push it, and return its hash."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--no-gpg-sign", "--allow-empty", "--message=change")
        if signer is not None:
            content = self._git("cat-file", "commit", "HEAD", strip=False).encode()
            head, _, message = content.partition(b"\n\n")
            signature = signer.sign(content).replace("\n", "\n ").encode()
            signed = head + b"\ngpgsig " + signature + b"\n\n" + message
            made = self._git("hash-object", "-t", "commit", "-w", "--stdin", given=signed)
            self._git("reset", "--quiet", "--hard", made)
        return self.force("HEAD")

    def force(self, commit: str) -> str:
        """Make the branch, here and at the remote, what it was at a commit; returns that commit's hash."""
        self._git("reset", "--quiet", "--hard", commit)
        self._git("push", "--quiet", "--force", str(self.remote), "HEAD:refs/heads/main")
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str, given: bytes | None = None, strip: bool = True) -> str:
        done = subprocess.run(
            [shutil.which("git") or "git", "-C", str(self.folder), *arguments],
            input=given,
            capture_output=True,
            timeout=60,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                **{
                    f"GIT_{who}_{what}": f"ana{'@example.org' * (what == 'EMAIL')}"
                    for who in ("AUTHOR", "COMMITTER")
                    for what in ("NAME", "EMAIL")
                },
            },
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr.decode()}"
        text = done.stdout.decode()
        return text.strip() if strip else text


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value

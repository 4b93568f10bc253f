"""`cartorio shell`."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

_CARTORIO = str(Path(sys.executable).with_name("cartorio"))


def _environment(root: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "CARTORIO_LAB": str(root), "AWS_PROFILE": "producao", **more}


def _shell(root: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_CARTORIO, "shell", *command],
        env=_environment(root, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_lab_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = _shell(tmp_path / "none", "--", "true")
    assert done.returncode == 3
    assert "the lab is not up" in done.stderr
    assert "lab up" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_runs_in_the_lab_and_its_status_is_passed_through(lab: RunningLab) -> None:
    done = _shell(lab.paths.root, "--", "sh", "-c", 'echo "$AWS_ENDPOINT_URL|$AWS_PROFILE|$KUBECONFIG"; exit 41')
    assert done.returncode == 41
    assert done.stdout == f"{lab.endpoints.cloud_url}||{lab.endpoints.kubeconfig}\n"


def test_the_tools_speak_to_the_labs_cluster(lab: RunningLab) -> None:
    done = _shell(lab.paths.root, "--", "kubectl", "config", "view", "--minify", "-o", "jsonpath={..server}")
    assert done.stdout == lab.endpoints.kubernetes_url


def test_an_unknown_command_is_bad_usage(lab: RunningLab) -> None:
    done = _shell(lab.paths.root, "--", "no-such-command")
    assert done.returncode == 2
    assert "no such command: no-such-command" in done.stderr


def _read(terminal: int, until: bytes | None) -> bytes:
    """What the terminal shows until it shows `until`, or closes."""
    said = b""
    deadline = time.monotonic() + 60
    while until is None or until not in said:
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing more within 60 s after {said[-500:]!r}"
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says EIO when the shell has closed its end
            piece = b""
        if not piece:
            assert until is None, f"closed before it showed {until!r}: {said[-500:]!r}"
            break
        said += piece
    return said


@pytest.mark.parametrize("program", ["bash", "sh"])
def test_an_opened_shell_greets_is_marked_and_reads_no_start_up_files(
    lab: RunningLab, tmp_path: Path, program: str
) -> None:
    for name in (".bashrc", ".profile", ".bash_profile"):
        (tmp_path / name).write_text("export AWS_SESSION_TOKEN=real\n")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [_CARTORIO, "shell"],
        env=_environment(
            lab.paths.root,
            SHELL=f"/bin/{program}",
            HOME=str(tmp_path),
            ENV=str(tmp_path / ".profile"),
            CARTORIO_CACHE=str(lab.paths.cache),  # by default it is in the home folder
        ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        # Not before the prompt: a shell discards what was typed ahead.
        said = _read(ours, until=b"(cartorio lab)")
        os.write(ours, b"echo token=${AWS_SESSION_TOKEN:-none} url=$AWS_ENDPOINT_URL; exit 7\n")
        said += _read(ours, until=None)
        assert process.wait(timeout=60) == 7
    finally:
        os.close(ours)
        process.kill()
        process.wait()
    text = said.decode(errors="replace")
    assert "A shell of the lab" in text
    assert "(cartorio lab)" in text
    assert f"token=none url={lab.endpoints.cloud_url}" in text

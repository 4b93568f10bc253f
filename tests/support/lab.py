"""Labs for tests: one shared by the session, one to break, one with the whole platform; all end with the session.

The controlling process (pytest itself, or xdist's controller) names a folder in `CARTORIO_LAB` before any worker starts
and takes them down when it ends. Any worker brings a lab up: `Lab.up` is idempotent and guarded by a lock, so the
first one starts it and the others find it running. A session that was killed is cleaned up after by the next one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import Endpoints, Lab, NoTools, Tools, processes
from lab.services.client import Client, tls
from lab.services.pki import CLUSTER_CA, Pki

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "cartorio-tests-"
_OWNER = "owner.json"
_FOLDERS = ("shared", "private", "platform", "rehearsal", "gitops")
_VARIABLE = "CARTORIO_LAB"


@dataclass(frozen=True)
class RunningLab:
    """A lab that is up.

    Attributes:
        paths: its folders.
        toolchain: where the programs are.
        endpoints: where its services answer.
    """

    paths: LabPaths
    toolchain: Tools
    endpoints: Endpoints

    @property
    def services(self) -> Lab:
        """The lab's services, to ask or change them."""
        return Lab(self.paths, self.toolchain)

    def environment(self) -> dict[str, str]:
        """This process's environment, with the lab's cluster, cloud and credentials in it."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.endpoints.kubeconfig),
            "AWS_ENDPOINT_URL": self.endpoints.cloud_url,
            "AWS_REGION": "sa-east-1",
            "AWS_DEFAULT_REGION": "sa-east-1",
            "AWS_ACCESS_KEY_ID": self.endpoints.cloud_access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.endpoints.cloud_secret_access_key,
        }

    def run(self, tool: str, *arguments: str, given: str | None = None) -> str:
        """Run one of the tools against the lab and return what it prints; its failure is the test's.

        Args:
            tool: the tool's name.
            arguments: its arguments.
            given: its standard input.
        """
        answer = subprocess.run(
            [str(self.toolchain.path(tool)), *arguments],
            env=self.environment(),
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert answer.returncode == 0, f"{tool} {' '.join(arguments)}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Run kubectl as the administrator; see `run`."""
        return self.run("kubectl", *arguments, given=given)

    def api(self) -> Client:
        """The API server, over plain requests, as the administrator."""
        port = int(self.endpoints.kubernetes_url.rpartition(":")[2])
        return Client(port, tls(Pki(self.paths.root / "pki", ""), CLUSTER_CA, "admin"), timeout=30)

    def aws(self, service: str, region: str = "sa-east-1") -> Any:  # noqa: ANN401  boto3 makes its clients at run time
        """A boto3 client of the lab's cloud."""
        import boto3

        return boto3.session.Session().client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoints.cloud_url,
            region_name=region,
            aws_access_key_id=self.endpoints.cloud_access_key_id,
            aws_secret_access_key=self.endpoints.cloud_secret_access_key,
        )


def bring_up(name: str, toolchain: Tools, extras: tuple[str, ...] = ()) -> RunningLab:
    """Bring the session's lab `name` (one of `_FOLDERS`) up, or repair it, or find it running."""
    assert name in _FOLDERS, name
    paths = replace(LabPaths.default(), root=_home() / name)
    return RunningLab(paths, toolchain, Lab(paths, toolchain, extras).up(Quiet()))


def open_session(environment: dict[str, str] | os._Environ[str] = os.environ) -> Path:
    """Name the labs' folder of this session; called once, by the controlling process."""
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    owner = psutil.Process()
    (home / _OWNER).write_text(json.dumps({"pid": owner.pid, "created": owner.create_time()}))
    environment[_VARIABLE] = str(home / _FOLDERS[0])
    return home


def close_session(home: Path) -> None:
    """Take the session's labs down and remove their folder."""
    for name in _FOLDERS:
        paths = LabPaths(root=home / name, cache=home / "cache")
        Lab(paths, NoTools()).down(Quiet())
    shutil.rmtree(home)


def _home() -> Path:
    return Path(os.environ[_VARIABLE]).parent


def _sweep() -> None:
    for home in Path(tempfile.gettempdir()).resolve().glob(f"{_PREFIX}*"):
        # Another user's folder, or one that is just being made or removed, is not ours to judge.
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            owner: Mapping[str, Any] = json.loads((home / _OWNER).read_text())
            if not processes.alive(processes.Identity(int(owner["pid"]), float(owner["created"]))):
                close_session(home)

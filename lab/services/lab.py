"""One lab: its services up, down, and how they are."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from lab.errors import LabError, UsageError
from lab.services import admission, controlplane, gitops, lock, nodes, pki, processes, state
from lab.services.client import NotReady
from lab.services.cloud import CLOUD
from lab.services.controlplane import CONTROL_PLANE
from lab.services.files import os_errors_explained, private_folder
from lab.services.model import Endpoints, ServiceState, ServiceStatus, Tools
from lab.services.ports import LOOPBACK
from lab.services.runner import GRACE, Runner
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.paths import LabPaths
    from lab.report import Reporter
    from lab.services.client import Client
    from lab.services.state import State

SERVICES: tuple[Service, ...] = (*CONTROL_PLANE, *CLOUD)
# Services that a lab has only when they are asked for, by the name that asks for them.
EXTRAS: dict[str, tuple[Service, ...]] = {"admission": admission.ADMISSION, "gitops": gitops.GITOPS}
TOOLS: tuple[str, ...] = tuple(sorted({name for service in SERVICES for name in service.tools}))
NAMES: tuple[str, ...] = tuple(service.name for service in SERVICES)

# What makes pods of what the API server is told, and runs them.
_OF_PODS = frozenset({"kube-controller-manager", "kube-scheduler", "kwok"})
_ALL = (*SERVICES, *(service for group in EXTRAS.values() for service in group))

_PATIENCE = 30.0  # seconds for one request
# What only a lab's folder holds; the last is the engine's, which may outlive all else of it.
_MARKS = (lock.NAME, "state.json", "stacks/.pulumi")
_NEEDED_SPACE = 300 * 1024 * 1024  # bytes: etcd's files, the images' blobs, logs


@dataclass(frozen=True)
class Lab:
    """The services of one lab.

    Args:
        paths: its folders.
        toolchain: where the programs are.
        extras: which of `EXTRAS` it has besides. Those that another `up` started are left as they are.
        pods: whether pods run in it. What only asks the API server, as a preview does, is up sooner without the
            controllers, the scheduler and the nodes.
    """

    paths: LabPaths
    toolchain: Tools
    extras: tuple[str, ...] = ()
    pods: bool = True

    def up(self, report: Reporter, meanwhile: Callable[[Endpoints], None] | None = None) -> Endpoints:
        """Make every service run and answer; keeps those that do, so that it may be called at any time.

        Args:
            report: told the progress.
            meanwhile: called in a thread of its own once the cloud answers, while the cluster may still be starting
                (`kubernetes_url` is not to be relied on); it has to end, too, before this does.

        Raises:
            LabError: a service cannot be started; the others are left as they are, and another `up` goes on from there.
        """
        with os_errors_explained(self.paths.root), lock.held(self.paths.root, report):
            _expect_space(self.paths.root)
            private_folder(self.paths.logs)
            current = state.load(self.paths) or state.State()
            site = Site(self.paths, self.toolchain, pki.ensure(self.paths.root / "pki"), {})
            asked = tuple(service for name in self.extras for service in EXTRAS[name])
            usual = SERVICES if self.pods else tuple(one for one in SERVICES if one.name not in _OF_PODS)
            runner = Runner((*usual, *asked), site, current, report)

            def finish() -> None:
                if not self.pods:
                    return
                api = controlplane.api(Site(self.paths, self.toolchain, site.pki, runner.current.ports))
                nodes.ensure(api)
                nodes.expect_ready(api)

            aside = (lambda: meanwhile(self._endpoints(runner.current))) if meanwhile else None
            current = runner.run(finish, aside, [service.name for service in CLOUD])
            endpoints = self._endpoints(current)
            if endpoints != current.endpoints:
                state.save(self.paths, current.model_copy(update={"endpoints": endpoints}))
            return endpoints

    def down(self, report: Reporter, grace: float = GRACE) -> None:
        """End every process of this lab, whatever `state.json` says, and delete the lab's folder.

        Args:
            report: told the progress.
            grace: seconds that each has to end by itself. 0: none is waited for, as when nothing in it is to be kept.

        Raises:
            LabError: a process cannot be ended or a file not be deleted.
        """
        if not self.paths.root.exists() and not processes.of_lab(self.paths.root):
            report.log("the lab is not up: nothing to do")
            return
        with os_errors_explained(self.paths.root), lock.held(self.paths.root, report):
            # Of another command's update, or typed in the lab's shell: it would write its state where nothing is left.
            processes.kill_engines(self.paths.pulumi_home)
            running = processes.of_lab(self.paths.root)
            for names in _waves() if grace else ():
                identities = [identity for name, identity in running if name in names]
                for name in sorted({name for name, _ in running} & names):
                    report.step(name, "stopping")
                processes.stop(identities, root=self.paths.root, grace=grace)
            # Whatever is left has a mark of this lab but no name of today's services.
            processes.stop(
                (identity for _, identity in processes.of_lab(self.paths.root)), root=self.paths.root, grace=0
            )
            left = processes.of_lab(self.paths.root)
            if left:
                raise LabError(
                    f"these processes do not end: {', '.join(f'{name} (pid {process.pid})' for name, process in left)}",
                    where=str(self.paths.root),
                    remedy="end them by hand, then run `cartorio lab down` again",
                )
            _delete(self.paths.root)
            report.log("the lab is down")

    def endpoints(self) -> Endpoints:
        """Where the services answer, as the last complete `up` left them.

        Raises:
            LabError: the lab is not up, or was never completely.
        """
        current = state.load(self.paths)
        if current is None or current.endpoints is None:
            raise LabError("the lab is not up", where=str(self.paths.root), remedy="run `cartorio lab up`")
        return current.endpoints

    def api(self) -> Client:
        """The API server of a lab that is up, as its administrator.

        Raises:
            LabError: the lab is not up.
        """
        self.endpoints()
        current = state.load(self.paths) or state.State()
        site = Site(self.paths, self.toolchain, pki.Pki(self.paths.root / "pki", ""), current.ports)
        return controlplane.api(site, timeout=_PATIENCE)

    def repository(self) -> str:
        """Address of the repository that Flux follows in a lab with `gitops`.

        Raises:
            LabError: this lab has none.
        """
        current = state.load(self.paths) or state.State()
        if "git" not in current.services:
            raise LabError(
                "the lab has no Git server", where=str(self.paths.root), remedy="run `cartorio lab up --with gitops`"
            )
        return f"http://{LOOPBACK}:{current.ports['git']}/{gitops.REPOSITORY}.git"

    def status(self) -> tuple[ServiceStatus, ...]:
        """How each service is, asked now; in starting order. Of `EXTRAS`, those that were started.

        Raises:
            LabError: `state.json` is damaged.
        """
        current = state.load(self.paths) or state.State()
        site = Site(self.paths, self.toolchain, pki.Pki(self.paths.root / "pki", ""), current.ports)
        known = [service for service in _ALL if service in SERVICES or service.name in current.services]
        with ThreadPoolExecutor(max_workers=len(known)) as pool:
            return tuple(pool.map(lambda service: _status(service, site, current), known))

    def log(self, name: str) -> Path:
        """The log file of a service, by name.

        Raises:
            UsageError: there is no such service.
        """
        names = [service.name for service in _ALL]
        if name not in names:
            raise UsageError(f"there is no service {name!r}", remedy=f"the services are {', '.join(names)}")
        return self.paths.logs / f"{name}.log"

    def _endpoints(self, current: State) -> Endpoints:
        ports = current.ports
        return Endpoints(
            kubernetes_url=f"https://{LOOPBACK}:{ports.get('kube-apiserver', 0)}",
            kubeconfig=self.paths.kubeconfig,
            cloud_url=f"http://{LOOPBACK}:{ports['moto']}",
            cloud_generation=current.services["moto"].generation,
            registry=f"{LOOPBACK}:{ports['registry']}",
            registry_generation=current.services["registry"].generation,
            cloud_access_key_id=current.credentials.access_key_id,
            cloud_secret_access_key=current.credentials.secret_access_key,
        )


def expect_a_labs(root: Path) -> None:
    """Refuse a folder that holds something else: a lab makes its folder private, and deletes it at its end.

    Raises:
        UsageError: it is not empty, and no lab's.
    """
    with os_errors_explained(root):
        if root.is_dir() and (held := sorted(one.name for one in root.iterdir())):
            if any((root / mark).exists() for mark in _MARKS) or processes.of_lab(root):
                return
            raise UsageError(
                f"this folder is not a lab's: it holds {held[0]}",
                where=str(root),
                remedy="name a new or an empty folder in CARTORIO_LAB",
            )


def tools_of(*extras: str) -> tuple[str, ...]:
    """The tools of a lab with these extras.

    Raises:
        UsageError: there is no such extra.
    """
    if unknown := sorted(set(extras) - set(EXTRAS)):
        raise UsageError(f"there is nothing named {unknown[0]!r} to add", remedy=f"there is: {', '.join(EXTRAS)}")
    return tuple(sorted({*TOOLS, *(name for extra in extras for one in EXTRAS[extra] for name in one.tools)}))


def _status(service: Service, site: Site, current: State) -> ServiceStatus:
    record = current.services.get(service.name)
    process = None if record is None else processes.find(record.process)
    condition, detail = ServiceState.STOPPED, "not started"
    uptime, memory = None, None
    if process is not None:
        try:
            uptime, memory = time.time() - process.create_time(), process.memory_info().rss
            service.probe(site)
            condition, detail = ServiceState.RUNNING, "answers"
        except psutil.NoSuchProcess:
            process = None
        except (NotReady, OSError) as error:  # an OSError: its certificates are gone
            condition, detail = ServiceState.FAILING, str(error)
    if process is None and record is not None:
        detail = f"died (was pid {record.process.pid})"
    return ServiceStatus(
        name=service.name,
        pid=None if process is None else process.pid,
        state=condition,
        detail=detail,
        url=service.url(current.ports),
        log=site.paths.logs / f"{service.name}.log",
        uptime=uptime,
        rss=memory,
    )


def _waves() -> list[set[str]]:
    """Names of services, those that nothing (left) needs first."""
    remaining = {service.name: set(service.needs) for service in _ALL}
    waves = []
    while remaining:
        needed = set().union(*remaining.values())
        wave = remaining.keys() - needed
        waves.append(wave)
        for name in wave:
            del remaining[name]
    return waves


def _expect_space(root: Path) -> None:
    free = shutil.disk_usage(root).free
    if free < _NEEDED_SPACE:
        raise LabError(
            f"the disk is nearly full: {free // 1024**2} MB are free, the lab needs {_NEEDED_SPACE // 1024**2} MB",
            where=str(root),
            remedy="free some space, or name a folder on another disk in CARTORIO_LAB",
        )


def _delete(root: Path) -> None:
    """Delete the folder, the lock file last: until then nobody else takes this folder for theirs."""
    for entry in root.iterdir():
        if entry.name == lock.NAME:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    (root / lock.NAME).unlink()
    try:
        root.rmdir()
    except OSError:
        if not root.exists():
            raise
        # Another command has made it anew meanwhile: it is theirs.

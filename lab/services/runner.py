"""Brings the services up: in the order of their needs, side by side where nothing forbids it, only where it is needed.

A service is kept when its process lives, was started as it would be started now, and answers. Otherwise whatever is
left of it is ended and it is started. Whoever interrupts a run leaves services that the next run keeps.
"""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.services import ports, processes, state
from lab.services.client import NotReady
from lab.services.files import os_errors_explained

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lab.report import Reporter
    from lab.services.processes import Identity
    from lab.services.service import Service, Site
    from lab.services.state import Record, State

GRACE = 8.0  # seconds between TERM and KILL
_ATTEMPTS = 3  # starts of one service, each on other ports, when somebody else takes its port
_PATIENCE = 10.0  # seconds that a service which has answered before may take to answer again
_POLL = 0.05  # seconds
_ASIDE = ""  # no service's name
_TAIL = 12  # lines of a log in an error


class _Cancelled(Exception):  # noqa: N818  not an error of its own: another service failed, or the user interrupted
    """The run is ending."""


@dataclass
class Runner:
    """One run of `up`.

    Attributes:
        services: all services; each after those that it needs.
        site: the lab, without ports: they are in the state.
        current: the lab's state; saved after every change.
        report: told what happens.
    """

    services: Sequence[Service]
    site: Site
    current: State
    report: Reporter
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _end: threading.Event = field(default_factory=threading.Event)
    _strays: dict[str, list[Identity]] | None = None

    def run(
        self, finish: Callable[[], None], aside: Callable[[], None] | None = None, after: Sequence[str] = ()
    ) -> State:
        """Make every service answer, then `finish` the whole (which may raise `NotReady` for a while).

        Args:
            finish: called when all answer.
            aside: called in a thread of its own, whatever the others do, when some answer.
            after: the names of those.

        Raises:
            LabError: a service does not start, does not answer in time, or dies.
        """
        futures: dict[str, Future[None]] = {}
        pool = ThreadPoolExecutor(max_workers=len(self.services) + 1, thread_name_prefix="lab")
        try:
            for service in self.services:
                needs = [futures[name] for name in service.needs]
                futures[service.name] = pool.submit(self._bring_up, service, needs)
            if aside:
                futures[_ASIDE] = pool.submit(self._do_aside, aside, [futures[name] for name in after])
            done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
            self._raise_first(done)
            await_ready(finish, 60.0, self._end, lambda: None)
        except NotReady as error:
            raise LabError(
                f"the cluster did not become ready: {error}",
                where=str(self.site.paths.logs),
                remedy="look at `cartorio lab logs kwok`, then run `cartorio lab up` again",
            ) from error
        finally:
            self._end.set()
            pool.shutdown(wait=True, cancel_futures=True)
        return self.current

    @staticmethod
    def _raise_first(done: set[Future[None]]) -> None:
        errors = [error for future in done if (error := future.exception()) is not None]
        for error in sorted(errors, key=lambda error: isinstance(error, _Cancelled)):
            raise error

    def _bring_up(self, service: Service, needs: Sequence[Future[None]]) -> None:
        try:
            self._await_needs(needs)
            with os_errors_explained(self.site.paths.root):
                if not self._keep(service):
                    self._start(service)
        except BaseException:
            self._end.set()
            raise

    def _do_aside(self, aside: Callable[[], None], needs: Sequence[Future[None]]) -> None:
        try:
            self._await_needs(needs)
            aside()
        except BaseException:
            self._end.set()
            raise

    def _await_needs(self, needs: Sequence[Future[None]]) -> None:
        while wait(needs, timeout=_POLL).not_done:
            if self._end.is_set():
                raise _Cancelled
        if any(need.exception() is not None for need in needs):
            raise _Cancelled

    def _located(self) -> Site:
        with self._lock:
            return replace(self.site, ports=dict(self.current.ports))

    def _upstream(self, service: Service) -> tuple[str, ...]:
        return tuple(name for other in self.services if other.name in service.needs for name in other.ports)

    def _keep(self, service: Service) -> bool:
        record = self.current.services.get(service.name)
        process = None if record is None else processes.find(record.process)
        if record is None or process is None:
            return False
        site = self._located()
        service.prepare(site)
        if record.fingerprint != service.fingerprint(site, self._upstream(service)):
            self.report.step(service.name, "restarting: it was started with other settings")
            return False
        # A process left by an interrupted run may still be on its way; one that has answered before is given less time.
        patience = _PATIENCE if record.answered else service.deadline
        try:
            self._await_answer(service, site, record.process, patience)
        except (NotReady, _Died) as error:
            self.report.step(service.name, f"restarting: {error}")
            return False
        self._answered(service, site)
        return True

    def _start(self, service: Service) -> None:
        self._clear(service)
        for attempt in range(1, _ATTEMPTS + 1):
            self._choose_ports(service)
            site = self._located()
            service.prepare(site)
            self.report.step(service.name, "starting")
            process, log = self._spawn(service, site)
            try:
                self._await_answer(service, site, process, service.deadline)
            except NotReady as error:
                processes.stop([process], root=self.site.paths.root, grace=GRACE)
                raise _failed(service, f"did not answer within {service.deadline:.0f} s: {error}", log) from error
            except _Died as error:
                taken = [name for name in service.ports if not ports.is_free(site.ports[name])]
                if not taken:
                    raise _failed(service, "ended while it was starting", log) from error
                if attempt == _ATTEMPTS:
                    raise _failed(service, f"found its port taken {_ATTEMPTS} times", log) from error
                self.report.step(service.name, "choosing another port: it was taken meanwhile")
            else:
                self._answered(service, site)
                return

    def _clear(self, service: Service) -> None:
        """End what is left of the service: its recorded process, and any that no record knows."""
        with self._lock:
            if self._strays is None:
                self._strays = {}
                for name, identity in processes.of_lab(self.site.paths.root):
                    self._strays.setdefault(name, []).append(identity)
        processes.stop(self._strays.get(service.name, ()), root=self.site.paths.root, grace=GRACE)

    def _choose_ports(self, service: Service) -> None:
        with self._lock:
            chosen = dict(self.current.ports)
            for name in service.ports:
                if name not in chosen or not ports.is_free(chosen[name]):
                    chosen[name] = ports.choose(chosen.values())
            self.current = self.current.model_copy(update={"ports": chosen})
            state.save(self.site.paths, self.current)

    def _spawn(self, service: Service, site: Site) -> tuple[Identity, Path]:
        log = log_of(self.site, service.name)
        fingerprint = service.fingerprint(site, self._upstream(service))
        command = service.command(site)
        with self._lock:
            if self._end.is_set():
                raise _Cancelled
            extra = service.variables(site)
            process = processes.spawn(service.name, command, root=self.site.paths.root, log=log, extra=extra)
            self._record(service, state.Record(process=process, fingerprint=fingerprint, generation=uuid.uuid4().hex))
        return process, log

    def _answered(self, service: Service, site: Site) -> None:
        with self._lock:
            record = self.current.services[service.name]
            if not record.answered:
                self._record(service, record.model_copy(update={"answered": True}))
        self.report.step(service.name, f"ready on {service.url(site.ports)}")

    def _record(self, service: Service, record: Record) -> None:
        services = {**self.current.services, service.name: record}
        self.current = self.current.model_copy(update={"services": services})
        state.save(self.site.paths, self.current)

    def _await_answer(self, service: Service, site: Site, process: Identity, patience: float) -> None:
        def check() -> None:
            if not processes.alive(process):
                raise _Died("it ended")

        def probe() -> None:
            service.probe(site)
            # Another program may answer on that port, while this process is about to end because it is taken.
            if not processes.listens(process, site.ports[service.ports[0]]):
                raise NotReady("another process answers on its port")

        await_ready(probe, patience, self._end, check)


class _Died(Exception):  # noqa: N818  becomes a LabError, or another attempt
    """The process ended."""


def await_ready(probe: Callable[[], None], patience: float, end: threading.Event, check: Callable[[], None]) -> None:
    """Call `probe` until it no longer raises `NotReady`, and `check` before each call.

    Raises:
        NotReady: the last one, after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        check()
        try:
            probe()
        except NotReady:
            if time.monotonic() >= deadline:
                raise
        else:
            return
        if end.wait(_POLL):
            raise _Cancelled


def log_of(site: Site, name: str) -> Path:
    """The log of a service."""
    return site.paths.logs / f"{name}.log"


def _failed(service: Service, what: str, log: Path) -> LabError:
    lines = processes.tail(log, _TAIL)
    said = "".join(f"\n    {line}" for line in lines)
    return LabError(
        f"{service.name} {what}" + (f"; the end of its log:{said}" if lines else ""),
        where=str(log),
        remedy=f"see `cartorio lab logs {service.name}`; `cartorio lab down && cartorio lab up` starts afresh",
    )

"""Restores the newest backup of a schedule into the room of the test, and says how that went.

This file is a program of its own: the pod of `restores.py` runs it, with nothing but Python's standard library. It
tells by an Event of its CronJob, and by the way it ends: 0, or 1 when the restore is not what it should be. What it
asks Velero for: https://velero.io/docs/v1.18/api-types/.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_RESTORED = "velero.io/restore-name"
_OF_SCHEDULE = "velero.io/schedule-name"
_ENDED = {"Completed", "PartiallyFailed", "Failed", "FailedValidation"}
_REQUEST_SECONDS = 60
_PAUSE_SECONDS = 5.0
_CORE = 2  # parts of a kind without a group: version and plural


class TrialError(Exception):
    """The restore is not what it should be."""


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes:
        velero: namespace of Velero.
        job: name of the CronJob that the report is about.
        schedule: of which the newest backup is restored.
        namespace: of which the objects are restored.
        room: where to.
        kinds: what is restored and removed again: `<group and version>/<plural>`.
        within_hours: hours after which the newest backup is too old.
    """

    velero: str
    job: str
    schedule: str
    namespace: str
    room: str
    kinds: tuple[str, ...]
    within_hours: int

    @classmethod
    def told(cls, argument: str) -> Trial:
        """As the pod is told: the attributes, as JSON."""
        said = json.loads(argument)
        return cls(**{**said, "kinds": tuple(said["kinds"])})


class Api:
    """The API server, as the pod's service account may use it."""

    def __init__(self, address: str, account: Path) -> None:
        self._address = address
        self._account = account
        authority = account / "ca.crt"
        self._tls = ssl.create_default_context(cafile=str(authority)) if address.startswith("https:") else None

    def call(self, method: str, path: str, body: object = None, **query: str) -> dict[str, Any]:
        """Ask for something; what the API server refuses is an `HTTPError`."""
        url = f"{self._address}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(  # noqa: S310 - the address is the pod's own
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                # Read each time: the kubelet renews it.
                "Authorization": f"Bearer {(self._account / 'token').read_text(encoding='utf-8').strip()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=_REQUEST_SECONDS, context=self._tls) as answer:  # noqa: S310
            found = json.loads(answer.read())
        return found if isinstance(found, dict) else {}


def resource(kind: str) -> str:
    """How Velero names a kind: `deployments.apps` for `apps/v1/deployments`, `secrets` for `v1/secrets`."""
    *api, plural = kind.split("/")
    return plural if len(api) < _CORE else f"{plural}.{api[0]}"


def newest(api: Api, trial: Trial, now: datetime) -> tuple[str, str]:
    """Name of the newest complete backup, and when it was complete.

    Raises:
        TrialError: there is none, or it is too old.
    """
    path = f"/apis/velero.io/v1/namespaces/{trial.velero}/backups"
    backups = api.call("GET", path, labelSelector=f"{_OF_SCHEDULE}={trial.schedule}")["items"]
    complete = [
        (backup["status"]["completionTimestamp"], backup["metadata"]["name"])
        for backup in backups
        if backup.get("status", {}).get("phase") == "Completed"
    ]
    if not complete:
        raise TrialError(f"the schedule {trial.schedule} has no backup that is complete")
    at, name = max(complete)
    hours = (now - datetime.fromisoformat(at)).total_seconds() / 3600
    if hours > trial.within_hours:
        raise TrialError(f"the newest backup, {name}, is {hours:.0f} hours old")
    return name, at


def clean(api: Api, trial: Trial) -> None:
    """Remove what was restored, now or by an earlier test, and nothing else."""
    for kind in trial.kinds:
        version, _, plural = kind.rpartition("/")
        root = "/api" if "/" not in version else "/apis"
        api.call(
            "DELETE",
            f"{root}/{version}/namespaces/{trial.room}/{plural}",
            labelSelector=_RESTORED,
            propagationPolicy="Background",
        )


def restore(api: Api, trial: Trial, backup: str, now: datetime, pause: Callable[[float], None]) -> int:
    """Restore, wait for the end, and return how many objects that were. The Job has a deadline.

    Raises:
        TrialError: it was not complete, or nothing.
    """
    path = f"/apis/velero.io/v1/namespaces/{trial.velero}/restores"
    name = f"restore-test-{now:%Y%m%d%H%M%S}"
    spec = {
        "backupName": backup,
        "includedNamespaces": [trial.namespace],
        "namespaceMapping": {trial.namespace: trial.room},
        "includedResources": [resource(kind) for kind in trial.kinds],
        "includeClusterResources": False,
        "restorePVs": False,
    }
    api.call("POST", path, {"apiVersion": "velero.io/v1", "kind": "Restore", "metadata": {"name": name}, "spec": spec})
    while True:
        status = api.call("GET", f"{path}/{name}").get("status", {})
        if status.get("phase") in _ENDED:
            break
        pause(_PAUSE_SECONDS)
    items = int(status.get("progress", {}).get("itemsRestored", 0))
    if status["phase"] != "Completed":
        errors = status.get("errors", 0)
        raise TrialError(f"the restore of {backup} ended as {status['phase']}: {errors} errors, {items} objects")
    if items == 0:
        raise TrialError(f"the restore of {backup} restored nothing")
    return items


def report(api: Api, trial: Trial, *, good: bool, message: str, now: datetime) -> None:
    """Say how it went, where `kubectl describe cronjob` shows it."""
    at = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "type": "Normal" if good else "Warning",
        "reason": "RestoreTestSucceeded" if good else "RestoreTestFailed",
        "message": message,
        "count": 1,
        "metadata": {"generateName": "restore-test-", "namespace": trial.velero},
        "involvedObject": {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": trial.job,
            "namespace": trial.velero,
        },
        "firstTimestamp": at,
        "lastTimestamp": at,
        "source": {"component": "restore-test"},
    }
    api.call("POST", f"/api/v1/namespaces/{trial.velero}/events", event)


def run(api: Api, trial: Trial, pause: Callable[[float], None] = time.sleep) -> int:
    """The whole test. Returns the exit code."""
    try:
        now = datetime.now(UTC)
        backup, at = newest(api, trial, now)
        clean(api, trial)
        try:
            items = restore(api, trial, backup, now, pause)
        finally:
            clean(api, trial)
        message, good = f"{items} objects of {trial.namespace} restored from {backup}, complete at {at}", True
    except (TrialError, OSError) as error:
        message, good = str(error), False
    sys.stdout.write(f"{message}\n")
    report(api, trial, good=good, message=message, now=datetime.now(UTC))
    return 0 if good else 1


if __name__ == "__main__":
    _ACCOUNT = Path("/var/run/secrets/kubernetes")
    raise SystemExit(run(Api("https://kubernetes.default.svc", _ACCOUNT), Trial.told(sys.argv[1])))

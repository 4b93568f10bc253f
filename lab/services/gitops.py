"""GitOps in the lab: Flux's own source- and kustomize-controller as processes, and a Git server for them to follow.

They are not part of `make up`: nothing of the stack `local` needs them, and building them takes minutes. `cartorio lab
up --with gitops` starts them. What they follow is an object in the cluster (GitRepository) with the address that
`cartorio lab status` shows; what they apply is applied with the rights of the account that the object names, judged by
the API server as anywhere else. The chart that gives the controllers themselves their rights is not in the lab: they
are administrators here.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from lab.errors import LabError
from lab.services import controlplane, kubeconfig
from lab.services.client import Client, NotReady
from lab.services.files import private_folder
from lab.services.ports import LOOPBACK
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = "infraestrutura"

_SERVER = Path(__file__).with_name("git_server.py")
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_DEFINED_BY = ("crds-flux-source", "crds-flux-kustomize")
_PATIENCE = 20.0  # seconds until the API server serves what it was told to
_POLL = 0.1  # seconds
# Environment in which Git heeds nobody's settings.
_QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


def repository(root: Path) -> Path:
    """The folder of the repository that Flux follows in the lab at `root`; push to it."""
    return root / "data" / "git" / f"{REPOSITORY}.git"


def _git_prepare(site: Site) -> None:
    folder = repository(site.paths.root)
    if (folder / "HEAD").exists():
        return
    private_folder(folder.parent)
    program = shutil.which("git")
    if program is None:
        raise LabError("there is no git on PATH", where="git", remedy="install git by your system's means")
    try:
        subprocess.run(
            [program, "init", "--quiet", "--bare", "--initial-branch=main", str(folder)],
            env=_QUIET,
            check=True,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        raise LabError(
            f"the repository could not be made: {error.stderr.strip()}",
            where=str(folder),
            remedy="Git 2.28 or newer is needed",
        ) from error


def _git(site: Site) -> tuple[str, ...]:
    return (sys.executable, "-P", str(_SERVER), str(site.ports["git"]), str(site.data("git")))


def _git_probe(site: Site) -> None:
    Client(site.ports["git"], None).expect("/healthz")


def _define(site: Site) -> None:
    """Have the API server know Flux's objects, before a controller asks for them."""
    api = controlplane.api(site)
    files = [file for item in _DEFINED_BY for file in Path(site.tool(item)).rglob("*.yaml")]
    served = set()
    for file in sorted(files):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        status, answer = api.request("POST", _DEFINITIONS, document)
        if status not in {http.client.CREATED, http.client.CONFLICT}:
            raise LabError(
                f"the API server does not take {document['metadata']['name']} ({status}): {_message(answer)}",
                where=str(file),
                remedy="see `cartorio lab logs kube-apiserver`",
            )
        served |= {(document["spec"]["group"], version["name"]) for version in document["spec"]["versions"]}
    deadline = time.monotonic() + _PATIENCE
    for group, version in sorted(served):
        while True:
            try:
                api.expect(f"/apis/{group}/{version}")
                break
            except NotReady:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL)


def _message(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace")


def _prepare(site: Site, name: str) -> None:
    private_folder(site.data(name))
    kubeconfig.write(_kubeconfig(site), site.pki, party="flux", server=controlplane.server_url(site))
    _define(site)


def _kubeconfig(site: Site) -> Path:
    return site.config("flux.kubeconfig")


def _variables(site: Site) -> Mapping[str, str]:
    # The namespace that they are in for real.
    return {"KUBECONFIG": str(_kubeconfig(site)), "RUNTIME_NAMESPACE": "flux-system"}


def _controller(site: Site, name: str) -> tuple[str, ...]:
    return (
        site.tool(name),
        f"--health-addr={LOOPBACK}:{site.ports[f'{name}-health']}",
        "--metrics-addr=0",
        "--enable-leader-election=false",
        "--watch-all-namespaces",
        "--log-level=info",
        "--log-encoding=console",
        "--interval-jitter-percentage=0",
        "--requeue-dependency=2s",
        # A failed one is looked at again soon: in the lab somebody is waiting.
        "--max-retry-delay=10s",
    )


def _source(site: Site) -> tuple[str, ...]:
    address = f"{LOOPBACK}:{site.ports['source-controller']}"
    return (
        *_controller(site, "source-controller"),
        f"--storage-path={site.data('source-controller')}",
        f"--storage-addr={address}",
        f"--storage-adv-addr={address}",
    )


def _source_probe(site: Site) -> None:
    Client(site.ports["source-controller-health"], None).expect("/readyz")
    Client(site.ports["source-controller"], None).expect("/")


def _kustomize(site: Site) -> tuple[str, ...]:
    return (
        *_controller(site, "kustomize-controller"),
        # As components/gitops/values.py has them.
        "--no-remote-bases=true",
        "--no-cross-namespace-refs=true",
        "--default-service-account=default",
    )


def _kustomize_probe(site: Site) -> None:
    Client(site.ports["kustomize-controller-health"], None).expect("/readyz")


GITOPS = (
    Service("git", (), ("git",), _git, (), _git_probe, _git_prepare, scheme="http"),
    Service(
        "source-controller",
        ("kube-apiserver",),
        ("source-controller", "source-controller-health"),
        _source,
        ("source-controller", *_DEFINED_BY),
        _source_probe,
        lambda site: _prepare(site, "source-controller"),
        scheme="http",
        variables=_variables,
    ),
    Service(
        "kustomize-controller",
        ("kube-apiserver",),
        ("kustomize-controller-health",),
        _kustomize,
        ("kustomize-controller", *_DEFINED_BY),
        _kustomize_probe,
        lambda site: _prepare(site, "kustomize-controller"),
        scheme="http",
        variables=_variables,
    ),
)

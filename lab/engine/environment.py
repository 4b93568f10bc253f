"""The environment in which `pulumi`, `kubectl`, `helm`, `cosign` and `crane` speak to the lab and to nothing else.

An `aws` is there too, as far as the kubeconfig of an EKS cluster needs it (`lab.engine._aws`).

An engineer's own cloud credentials must not be within reach of it: variables that carry them are left out, and the
files that tools look for by themselves (`~/.aws`, `~/.kube`, `~/.docker`) are replaced by the lab's.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lab.engine import plugins
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lab.paths import LabPaths
    from lab.services.model import Endpoints, Tools

REGION = "sa-east-1"
REGISTRY_NAME = "registry.cartorio.internal"

# A public word, on purpose: the committed Pulumi.local.yaml holds the salt to it. It protects the state of a lab that
# holds only made-up secrets, and lets two checkouts read the same stack file. staging and producao never use it.
_PASSPHRASE = "laboratorio"  # noqa: S105  see above

_SHELL_TOOLS = ("pulumi", "kubectl", "helm", "cosign", "crane")
_AWS = Path(__file__).with_name("_aws.py")

_FOREIGN_PREFIXES = (
    "AWS_", "PULUMI_", "KUBE", "HELM_", "DOCKER_", "REGISTRY_", "COSIGN_", "SIGSTORE_", "TUF_", "VAULT_", "CONSUL_",
    "NOMAD_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "GCP_", "AZURE_", "ARM_", "GITHUB_", "GH_", "GITLAB_", "CLOUDFLARE_",
    "DATADOG_", "DD_", "OTEL_",
)  # fmt: skip
_FOREIGN_NAMES = frozenset({
    "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT",
    "PYTHONDONTWRITEBYTECODE",  # it would have every process compile the SDKs anew: half the time of a preview
    "BASH_ENV", "ENV", "PROMPT_COMMAND",  # start-up files, where people export credentials
})  # fmt: skip
_SECRET = re.compile(r"(?i)token|secret|passw|passphrase|credential|api_?key|access_?key|private_?key")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def environment(
    paths: LabPaths, tools: Tools, endpoints: Endpoints, *, official: Collection[str] | None = None
) -> dict[str, str]:
    """The complete environment of a process in the lab; lays out the files it names (idempotent, a few ms).

    Args:
        paths: the lab.
        tools: where the tools are (`lab.toolchain.Toolchain`).
        endpoints: where the lab's services answer.
        official: providers to take from the user's own installation; None asks `CARTORIO_OFFICIAL_PLUGINS`.

    Raises:
        LabError: an official plugin is wanted and not installed.
    """
    wanted = plugins.official_from_environment() if official is None else frozenset(official)
    plugins.lay_out(paths, tools, wanted)
    binaries = _link_tools(paths.root / "bin", tools)
    paths.backend.mkdir(parents=True, exist_ok=True)
    return {
        **without_credentials(os.environ),
        **_engine(paths, wanted),
        **_cloud(paths, endpoints),
        "PATH": os.pathsep.join((str(binaries), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))),
        "VIRTUAL_ENV": sys.prefix,
        "KUBECONFIG": str(endpoints.kubeconfig),
        "KUBECACHEDIR": str(paths.root / "kubectl-cache"),
        "HELM_CACHE_HOME": str(paths.root / "helm" / "cache"),
        "HELM_CONFIG_HOME": str(paths.root / "helm" / "config"),
        "HELM_DATA_HOME": str(paths.root / "helm" / "data"),
        "DOCKER_CONFIG": str(paths.root / "docker"),
        "TUF_ROOT": str(paths.root / "sigstore"),
        "NO_PROXY": _no_proxy(os.environ),
        "no_proxy": _no_proxy(os.environ),
        "CARTORIO_LAB": str(paths.root),
        "CARTORIO_CACHE": str(paths.cache),
        "REGISTRY": endpoints.registry,  # for people who push by hand
        "CARTORIO_REGISTRY_MIRRORS": f"{REGISTRY_NAME}=http://{endpoints.registry}",
        plugins.OFFICIAL_PLUGINS: ",".join(sorted(wanted)),
    }


def without_credentials(base: Mapping[str, str]) -> dict[str, str]:
    """`base` without what could reach or authenticate to anything outside the lab."""
    return {
        name: value
        for name, value in base.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name not in _FOREIGN_NAMES and not _SECRET.search(name)
    }


def _engine(paths: LabPaths, official: frozenset[str]) -> dict[str, str]:
    passphrase = paths.root / "passphrase"
    if not passphrase.is_file() or passphrase.read_text("utf-8") != _PASSPHRASE:
        passphrase.write_text(_PASSPHRASE, "utf-8")
    variables = {
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": paths.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_OPTION_POLICY_PACK": str(PROJECT_ROOT / "policy_pack"),
        "PULUMI_PYTHON_CMD": sys.executable,  # the vendor's language host reads it; the lab's runs in it
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",  # only what is laid out, no matter what else the machine has
        "PULUMI_ERROR_OUTPUT_STRING": "true",  # an Output put into a string is a bug: fail, don't print an address
        # The engine lives for seconds and holds some 100 MB: three quarters of a fifth of its processor time, spent on
        # looking for garbage, are spared.
        "GOGC": os.environ.get("GOGC", "400"),
        # A step mostly waits: for a controller, for a watch. The engine's own measure is four a processor, the
        # Kubernetes provider's 50 requests a second; nothing on loopback needs to be spared.
        "PULUMI_PARALLEL": "32",
        "PULUMI_K8S_CLIENT_QPS": "1000",
        "PULUMI_K8S_CLIENT_BURST": "2000",
    }
    if "kubernetes" not in official:
        # The one effect of it here: no warning that the Kubernetes plugin that can be built is older than the SDK
        # (pkg/v3 v3.259.0, host/host.go). `cartorio toolchain` tells its version.
        variables["PULUMI_DEV"] = "true"
    return variables


def _cloud(paths: LabPaths, endpoints: Endpoints) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoints.cloud_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": endpoints.cloud_access_key_id,
        "AWS_SECRET_ACCESS_KEY": endpoints.cloud_secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Named, and not there: otherwise `--profile producao` would find the engineer's own.
        "AWS_CONFIG_FILE": str(paths.root / "aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(paths.root / "aws" / "credentials"),
    }


def _link_tools(folder: Path, tools: Tools) -> Path:
    for name in _SHELL_TOOLS:
        plugins.link(folder / name, tools.path(name))
    plugins.write_script(folder / "aws", [sys.executable, "-I", "-S", str(_AWS)])
    return folder


def _no_proxy(base: Mapping[str, str]) -> str:
    given = (base.get("NO_PROXY") or base.get("no_proxy") or "").split(",")
    return ",".join(dict.fromkeys(filter(None, (*(entry.strip() for entry in given), *_LOOPBACK))))

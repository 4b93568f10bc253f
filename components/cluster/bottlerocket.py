"""Bottlerocket, the nodes' operating system: its settings, its two volumes, its releases.

Settings: https://bottlerocket.dev/en/os/latest/#/api/settings/. EKS and Karpenter add what joins a node to its cluster.
"""

from __future__ import annotations

from typing import Final

from components.versions import BOTTLEROCKET

# The first volume has the system, which is read-only and verified; the second has everything else.
SYSTEM_DEVICE: Final = "/dev/xvda"
DATA_DEVICE: Final = "/dev/xvdb"
SYSTEM_GIB: Final = 4

# Nobody logs in to a node: both containers that would let somebody are off, and there is no key pair.
SETTINGS: Final = """\
[settings.host-containers.admin]
enabled = false

[settings.host-containers.control]
enabled = false

[settings.kernel]
lockdown = "integrity"

[settings.kubernetes]
container-log-max-files = 5
container-log-max-size = "20Mi"
pod-pids-limit = 4096
seccomp-default = true
shutdown-grace-period = "2m"
shutdown-grace-period-for-critical-pods = "30s"
"""


def ami_alias() -> str:
    """How Karpenter names the images of the pinned release; it finds the cluster's version and the architecture."""
    return f"bottlerocket@v{BOTTLEROCKET.partition('-')[0]}"

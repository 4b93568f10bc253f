"""The lab's services: a Kubernetes control plane, AWS's API, an image registry, on loopback."""

from lab.services.lab import NAMES, Lab
from lab.services.model import Endpoints, NoTools, ServiceState, ServiceStatus, Tools

__all__ = ["NAMES", "Endpoints", "Lab", "NoTools", "ServiceState", "ServiceStatus", "Tools"]

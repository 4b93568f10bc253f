"""EKS: who may do what in a cluster, identities of pods, and add-ons; all of it is only recorded.

https://docs.aws.amazon.com/eks/latest/APIReference/ and terraform-provider-aws' `internal/service/eks`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lab.providers.aws.eks import TAGGING
from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import camel

if TYPE_CHECKING:
    from lab.providers.model import Properties


class Addon(Recorded):
    """`aws.eks.Addon`. Its id is `cluster:addon`."""

    table = Table(
        "aws:eks/addon:Addon",
        "eks",
        inputs=(
            "addonName",
            "addonVersion",
            "clusterName",
            "configurationValues",
            "resolveConflictsOnCreate",
            "resolveConflictsOnUpdate",
            "tags",
        ),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"addonName", "clusterName"}),
        tagging=TAGGING,
    )
    reason = "moto 5.2 has no add-ons of EKS"

    def identity(self, inputs: Properties) -> str:
        """Cluster and add-on."""
        return f"{inputs['clusterName']}:{inputs['addonName']}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Its ARN."""
        return {"arn": self.arn(f"addon/{inputs['clusterName']}/{inputs['addonName']}/{_number(resource_id)}")}


class AccessEntry(Recorded):
    """`aws.eks.AccessEntry`. Its id is `cluster:principal`."""

    table = Table(
        "aws:eks/accessEntry:AccessEntry",
        "eks",
        inputs=("clusterName", "kubernetesGroups", "principalArn", "tags", "type", "userName"),
        outputs=frozenset({"accessEntryArn"}),
        force_new=frozenset({"clusterName", "principalArn", "type"}),
        defaults={"type": "STANDARD"},
        computed=frozenset({"userName"}),
        tagging=TAGGING,
    )
    reason = "moto 5.2 has no access entries of EKS"

    def identity(self, inputs: Properties) -> str:
        """Cluster and principal."""
        return f"{inputs['clusterName']}:{inputs['principalArn']}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Its ARN, and the user that Kubernetes sees."""
        owner, _, principal = str(inputs["principalArn"]).partition("::")[2].partition(":")
        kind, _, name = principal.partition("/")
        cluster = inputs["clusterName"]
        return {
            "accessEntryArn": self.arn(f"access-entry/{cluster}/{kind}/{owner}/{name}/{_number(resource_id)}"),
            "userName": inputs.get("userName") or inputs["principalArn"],
        }


class AccessPolicyAssociation(Recorded):
    """`aws.eks.AccessPolicyAssociation`. Its id is `cluster#principal#policy`."""

    table = Table(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "eks",
        inputs=("accessScope", "clusterName", "policyArn", "principalArn"),
        force_new=frozenset({"accessScope", "clusterName", "policyArn", "principalArn"}),
        shapes={"accessScope": camel("namespaces", "type")},
    )
    reason = "moto 5.2 has no access policies of EKS"

    def identity(self, inputs: Properties) -> str:
        """Cluster, principal and policy."""
        return f"{inputs['clusterName']}#{inputs['principalArn']}#{inputs['policyArn']}"


class PodIdentityAssociation(Recorded):
    """`aws.eks.PodIdentityAssociation`. Its id is the association's."""

    table = Table(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "eks",
        inputs=("clusterName", "namespace", "roleArn", "serviceAccount", "tags"),
        outputs=frozenset({"associationArn", "associationId"}),
        force_new=frozenset({"clusterName", "namespace", "serviceAccount"}),
        tagging=TAGGING,
    )
    reason = "moto 5.2 has no Pod Identity"

    def identity(self, inputs: Properties) -> str:
        """One that shows the same for the same service account; AWS takes a random one."""
        return f"a-{_number('/'.join(str(inputs[name]) for name in ('clusterName', 'namespace', 'serviceAccount')))}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Its ARN and id."""
        return {
            "associationArn": self.arn(f"podidentityassociation/{inputs['clusterName']}/{resource_id}"),
            "associationId": resource_id,
        }


def _number(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:17]


TYPES: tuple[type[Resource], ...] = (Addon, AccessEntry, AccessPolicyAssociation, PodIdentityAssociation)

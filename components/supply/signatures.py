"""Signatures at the cluster's own gate: sigstore's policy-controller and the ClusterImagePolicies that it judges by.

Which policies those are is the trust policy's business (`policy_pack/trust.yaml`, handed in by `__main__`): the cluster
asks for what the policy pack asks for. They hold in the namespaces where `Admission` holds, by the same label, and
there an image that no policy is about is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_kubernetes import apiextensions

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.labels import ADMISSION_ENFORCED, ADMISSION_LABEL, labels
from components.policies import Condition, Statement
from components.sections.supply import PolicyController
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, PodSecurity, Room, RoomArgs
from components.versions import KUBECTL_IMAGE, POLICY_CONTROLLER, POLICY_CONTROLLER_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE: Final = "cosign-system"
SERVICE_ACCOUNT: Final = "policy-controller"
API_VERSION: Final = "policy.sigstore.dev/v1alpha1"
_WEBHOOK_PORT = 8443
_KMS = "awskms:///"
_ALIAS = "alias/"


class ImageKey(Args):
    """A key of a policy: `data` is the key itself, `kms` where policy-controller asks for it; the other one is empty.

    Attributes:
        name: of whose it is, as refusals show it.
        data: PEM.
        kms: an alias, id or ARN.
        hash_algorithm: of its signatures.
    """

    name: str
    data: str
    kms: str
    hash_algorithm: str


class ImagePolicy(Args):
    """A ClusterImagePolicy: one of its keys has to have signed an image that one of its globs covers.

    Attributes:
        name: its name in the cluster.
        globs: of whole references.
        keys: by any of which an image is signed.
    """

    name: str
    globs: tuple[str, ...]
    keys: tuple[ImageKey, ...]


class ImageAdmissionArgs(Args):
    """What judges, and by what.

    Attributes:
        stack: the stack's name.
        settings: of policy-controller.
        policies: what it judges by.
        cluster: name of the EKS cluster; None for one that is there already.
        sources: the mirrors.
        after: what the controller's pods wait for.
    """

    stack: str
    settings: PolicyController
    policies: tuple[ImagePolicy, ...]
    cluster: Text | None
    sources: Sources
    after: tuple[pulumi.Resource, ...] = ()


class ImageAdmission(Component):
    """policy-controller in its room, what it may read, and the policies.

    Attributes:
        policies: their names, each known once the policy exists: nothing that it is about should come before it.
    """

    TYPE = "cartorio:supply:ImageAdmission"
    policies: tuple[pulumi.Output[str], ...]

    def __init__(self, name: str, args: ImageAdmissionArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        controller = self._install(name, args, account)
        place = _regional(account, "kms", "")
        self.policies = tuple(self._policy(name, one, args.stack, place, controller) for one in args.policies)
        self.register_outputs({"policies": list(self.policies)})

    def _install(self, name: str, args: ImageAdmissionArgs, account: Account) -> pulumi.Resource:
        identity = WorkloadIdentity(
            f"{name}-identity",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=_permissions(args.policies, account),
            ),
            account,
            self._child(),
        )
        room = Room(
            f"{name}-room",
            RoomArgs(
                stack=args.stack,
                namespace=NAMESPACE,
                component="signatures",
                # The job that the chart runs at its removal says nothing of seccomp or its user.
                pod_security=PodSecurity.BASELINE,
                flows=(
                    # The API server, KMS and the registries that have the signatures.
                    APIS,
                    # The API server is outside of every namespace.
                    Flow(name="webhook", direction=Direction.INGRESS, ports=(_WEBHOOK_PORT,)),
                    CREDENTIALS,
                ),
            ),
            self._child(),
        )
        return charts.install(
            f"{name}-release",
            POLICY_CONTROLLER,
            sources=args.sources,
            release="policy-controller",
            namespace=room.namespace,
            values=policy_controller_values(
                args.settings.replicas,
                account.region,
                image=args.sources.repository(POLICY_CONTROLLER_IMAGE),
                kubectl=args.sources.repository(KUBECTL_IMAGE),
            ),
            opts=self._child(depends_on=[room, identity, *args.after]),
        )

    def _policy(
        self, name: str, policy: ImagePolicy, stack: str, place: pulumi.Output[str], controller: pulumi.Resource
    ) -> pulumi.Output[str]:
        made = apiextensions.CustomResource(
            f"{name}-{policy.name}",
            api_version=API_VERSION,
            kind="ClusterImagePolicy",
            metadata={"name": policy.name, "labels": labels(stack, "signatures")},
            spec={
                "mode": "enforce",
                "images": [{"glob": glob} for glob in policy.globs],
                "authorities": [
                    {"name": key.name, "key": _key(key, place), "signatureFormat": "legacy"} for key in policy.keys
                ],
            },
            opts=self._child(depends_on=[controller]),
        )
        # Whoever uses the name waits for the policy.
        return pulumi.Output.all(policy.name, made.urn).apply(_first)


def policy_controller_values(replicas: int, region: str, *, image: str, kubectl: str) -> dict[str, Any]:
    """Values of the chart, https://github.com/sigstore/helm-charts/tree/main/charts/policy-controller.

    Args:
        replicas: pods of the webhook.
        region: AWS's, where it asks KMS.
        image: repository of its image; the chart has the digest.
        kubectl: repository of the image of the job that takes its leases away at the end.
    """
    return {
        "webhook": {
            "replicaCount": replicas,
            "image": {"repository": image},
            "serviceAccount": {"name": SERVICE_ACCOUNT},
            # Nobody gets a pod in there while it does not answer.
            "failurePolicy": "Fail",
            "configData": {"no-match-policy": "deny"},
            "namespaceSelector": {
                "matchExpressions": [{"key": ADMISSION_LABEL, "operator": "In", "values": [ADMISSION_ENFORCED]}]
            },
            "env": {"AWS_REGION": region},
            # All authorities have keys: there is no trust root to fetch. A key that was rotated counts within the hour.
            "extraArgs": {"disable-tuf": "true", "policy-resync-period": "1h"},
            "podDisruptionBudget": {"enabled": replicas > 1, "minAvailable": 1},
            "resources": {
                "requests": {"cpu": "100m", "memory": "256Mi"},
                "limits": {"cpu": "500m", "memory": "512Mi"},
            },
            "podSecurityContext": {
                "enabled": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
        "leasescleanup": {"image": {"repository": kubectl}},
    }


def _key(key: ImageKey, place: pulumi.Output[str]) -> dict[str, Any]:
    """How it is written. In KMS a key is named by its ARN there, and no other way."""
    if key.data:
        return {"data": key.data, "hashAlgorithm": key.hash_algorithm}
    if key.kms.startswith("arn:"):
        return {"kms": f"{_KMS}{key.kms}", "hashAlgorithm": key.hash_algorithm}
    kind = "" if key.kms.startswith(_ALIAS) else "key/"
    return {"kms": pulumi.Output.concat(_KMS, place, kind, key.kms), "hashAlgorithm": key.hash_algorithm}


def _permissions(policies: tuple[ImagePolicy, ...], account: Account) -> tuple[Statement, ...]:
    """To read signatures, and the public halves of the keys that policies name in KMS by an alias, and no others."""
    named = {key.kms for policy in policies for key in policy.keys}
    aliases = tuple(sorted(f"{_ALIAS}{name.partition(_ALIAS)[2]}" for name in named if _ALIAS in name))
    pull = (
        # It takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        Statement("Enter", ("ecr:GetAuthorizationToken",), ("*",)),
        Statement(
            "Pull", ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), (_regional(account, "ecr", "repository/*"),)
        ),
    )
    if not aliases:
        return pull
    return (
        *pull,
        Statement(
            "ReadKeys",
            ("kms:DescribeKey", "kms:GetPublicKey"),
            (_regional(account, "kms", "key/*"),),
            # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
            conditions=(Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", aliases),),
        ),
    )


def _regional(account: Account, service: str, resource: str) -> pulumi.Output[str]:
    """ARN of something of the account's region, or its beginning."""
    return pulumi.Output.concat("arn:", account.partition, f":{service}:{account.region}:", account.id, ":", resource)


def _first(values: list[str]) -> str:
    return values[0]

"""Machines and their volumes: metadata for themselves only, encrypted, without an address or a door of their own.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html and
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html. Karpenter's classes of nodes
(https://karpenter.sh/docs/concepts/nodeclasses/) launch machines as templates do, and are held to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_machines import Address, Instance, LaunchTemplate, Service, TaskDefinition, Volume
from guardrails.resources.aws_reading import place
from guardrails.resources.node_classes import NodeClass
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, off, on
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_reading import Flag, Number, Text

_HOPS: Final = 1
_SHARED: Final = "host"


def _metadata(resource: LaunchTemplate | Instance | NodeClass, _context: Context) -> tuple[Finding, ...]:
    if isinstance(resource, NodeClass):
        path = "spec.metadataOptions"
        if not resource.options:
            return (unknown(path, "how machines are asked about themselves"),)
        return tuple(_asked(resource.tokens, resource.endpoint, resource.hops, path))
    return tuple(_asked(resource.tokens, resource.endpoint, resource.hops, "metadataOptions"))


def _asked(tokens: Text, endpoint: Text, hops: Number, path: str) -> Iterator[Finding]:
    if endpoint == "disabled":
        return
    value = tokens if isinstance(tokens, Unknown) else tokens == "required"
    wrong = "whoever makes the machine fetch an address gets its credentials (IMDSv1)"
    yield from on(value, f"{path}.httpTokens", "how machines are asked about themselves", wrong)
    if isinstance(hops, Unknown):
        yield unknown(f"{path}.httpPutResponseHopLimit", "how far the machine's credentials travel")
    elif hops is not None and hops > _HOPS:
        yield Finding(f"{path}.httpPutResponseHopLimit", "containers reach the machine's credentials")


def _volumes(resource: LaunchTemplate | Instance | Volume | NodeClass, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for path, encrypted in _encryption(resource):
        found += on(encrypted, path, "whether the volume is encrypted", "the volume is not encrypted")
    return tuple(found)


def _encryption(resource: LaunchTemplate | Instance | Volume | NodeClass) -> Iterator[tuple[str, Flag]]:
    if isinstance(resource, Volume):
        yield "encrypted", resource.encrypted
    elif isinstance(resource, LaunchTemplate):
        if isinstance(resource.volumes, Unknown):
            yield "blockDeviceMappings", Unknown.UNKNOWN
            return
        mapped = [(f"{one.path}.ebs.encrypted", one.encrypted) for one in resource.volumes if one.has_volume]
        # Without any, the machine's own is as its image has it.
        yield from mapped or [("blockDeviceMappings", False)]
    elif isinstance(resource, Instance):
        for path, volumes in (("rootBlockDevice", resource.root), ("ebsBlockDevices", resource.volumes)):
            if isinstance(volumes, Unknown):
                yield path, Unknown.UNKNOWN
            elif path == "rootBlockDevice" and not volumes:
                yield path, False
            else:
                yield from ((f"{one.path}.encrypted", one.encrypted) for one in volumes)
    else:
        yield from resource.volumes


def _addresses(resource: LaunchTemplate | Instance | Service | Address, _context: Context) -> tuple[Finding, ...]:
    what, wrong = "whether it has a public address", "it gets an address on the internet"
    if isinstance(resource, Address):
        bound = ("instance", "interface", "bound_instance", "bound_interface")
        return tuple(
            Finding(place(resource, name), "a machine gets this address on the internet")
            for name in bound
            if getattr(resource, name)
        )
    if isinstance(resource, LaunchTemplate):
        if isinstance(resource.interfaces, Unknown):
            return (unknown("networkInterfaces", what),)
        return tuple(
            finding
            for one in resource.interfaces
            for finding in off(one.public_address, f"{one.path}.associatePublicIpAddress", what, wrong)
        )
    path = "networkConfiguration.assignPublicIp" if isinstance(resource, Service) else "associatePublicIpAddress"
    return tuple(off(resource.public_address, path, what, wrong))


def _doors(resource: LaunchTemplate | Instance, _context: Context) -> tuple[Finding, ...]:
    return (Finding("keyName", "whoever has the key pair gets in by SSH"),) if resource.key_name else ()


def _tasks(task: TaskDefinition, _context: Context) -> tuple[Finding, ...]:
    modes = (("networkMode", task.network_mode, "network"), ("pidMode", task.process_mode, "processes"))
    return tuple(
        Finding(path, f"the task shares the machine's {what}") for path, mode, what in modes if mode == _SHARED
    )


_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_OPTIONS: Final = "metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 1}"
_GOOD: Final = example(
    _TEMPLATE, f"{{{_OPTIONS}, blockDeviceMappings: [{{ebs: {{encrypted: 'true', kmsKeyId: key}}}}]}}"
)
_NODES: Final = (LaunchTemplate, Instance, NodeClass)
_CLASS: Final = """\
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: api}
spec: {metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 2}}
"""
_TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"

POLICIES: Final = (
    Policy(
        id="aws/machine-metadata",
        title="Only a machine itself learns its credentials",
        severity=Severity.HIGH,
        rationale=(
            "The metadata service hands out the machine's role. With IMDSv2 and one hop, neither a forged request nor "
            "a container gets it; pods have identities of their own."
        ),
        resource_types=_NODES,
        remediation="Set httpTokens required and httpPutResponseHopLimit 1 under metadataOptions.",
        since="0.3.0",
        rule=_metadata,
        controls=(fsbp("EC2.8"), fsbp("AutoScaling.3"), fsbp("AutoScaling.4")),
        passing=_GOOD,
        failing=Example(_CLASS),
    ),
    Policy(
        id="aws/volume-encryption",
        title="Every volume is encrypted",
        severity=Severity.HIGH,
        rationale="Volumes hold what pods write and what nodes cache; a snapshot of one is easily shared by mistake.",
        resource_types=(*_NODES, Volume),
        remediation="Set encrypted, and kmsKeyId to the key of volumes, for each; a template names the machine's own.",
        since="0.3.0",
        rule=_volumes,
        controls=(fsbp("EC2.3"),),
        passing=_GOOD,
        failing=example("aws:ebs/volume:Volume", "{size: 10}"),
    ),
    Policy(
        id="aws/machine-address",
        title="No machine or task has an address on the internet",
        severity=Severity.HIGH,
        rationale="What has an address is scanned within minutes. Calls come through the load balancer, and go by NAT.",
        resource_types=(LaunchTemplate, Instance, Service, Address),
        remediation="Leave associatePublicIpAddress or assignPublicIp out; bind addresses to NAT gateways only.",
        since="0.3.0",
        rule=_addresses,
        controls=(fsbp("EC2.9"), fsbp("EC2.25"), fsbp("ECS.2")),
        passing=_GOOD,
        failing=example(_TEMPLATE, f"{{{_OPTIONS}, networkInterfaces: [{{associatePublicIpAddress: 'true'}}]}}"),
    ),
    Policy(
        id="aws/machine-ssh",
        title="No machine is launched with a key pair",
        severity=Severity.MEDIUM,
        rationale="A key pair is a password that never changes. Session Manager asks IAM, and records who came.",
        resource_types=(LaunchTemplate, Instance),
        remediation="Leave keyName out.",
        since="0.3.0",
        rule=_doors,
        passing=_GOOD,
        failing=example(_TEMPLATE, f"{{{_OPTIONS}, keyName: admin}}"),
    ),
    Policy(
        id="aws/task-isolation",
        title="No task shares its machine's network or processes",
        severity=Severity.HIGH,
        rationale="A task in the machine's own namespaces sees, and can stop, what runs beside it.",
        resource_types=(TaskDefinition,),
        remediation="Set networkMode to awsvpc, and leave pidMode out.",
        since="0.3.0",
        rule=_tasks,
        controls=(fsbp("ECS.1"), fsbp("ECS.3")),
        on_unknown=OnUnknown.WAIT,
        passing=example(_TASK, "{family: stamp, networkMode: awsvpc}"),
        failing=example(_TASK, "{family: stamp, networkMode: host}"),
    ),
)

"""Machines, volumes, functions and tasks.

Sources: https://www.pulumi.com/registry/packages/aws/api-docs/ of ec2, ebs, lambda, ecs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Machine(at.AwsResource):
    """How a machine is asked about itself, and entered."""

    tokens: at.Text = at.text("metadataOptions.httpTokens", "optional")
    endpoint: at.Text = at.text("metadataOptions.httpEndpoint", "enabled")
    hops: at.Number = at.number("metadataOptions.httpPutResponseHopLimit")
    key_name: at.Text = at.text("keyName")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MappedVolume(at.Block):
    """A volume that a template attaches."""

    has_volume: at.Flag = at.present("ebs")
    encrypted: at.Flag = at.flag("ebs.encrypted")
    key: at.Link = at.link("ebs.kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Interface(at.Block):
    """A network interface that a template makes."""

    public_address: at.Flag = at.flag("associatePublicIpAddress")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LaunchTemplate(Machine):
    """How machines are launched."""

    label: ClassVar[str] = "aws:ec2/launchTemplate:LaunchTemplate"

    volumes: tuple[MappedVolume, ...] | Unknown = at.blocks("blockDeviceMappings", MappedVolume)
    interfaces: tuple[Interface, ...] | Unknown = at.blocks("networkInterfaces", Interface)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InstanceVolume(at.Block):
    """A volume of an instance."""

    encrypted: at.Flag = at.flag("encrypted")
    key: at.Link = at.link("kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Instance(Machine):
    """A machine by itself."""

    label: ClassVar[str] = "aws:ec2/instance:Instance"
    types: ClassVar[tuple[str, ...]] = (
        "aws:ec2/instance:Instance",
        "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    )

    root: tuple[InstanceVolume, ...] | Unknown = at.blocks("rootBlockDevice", InstanceVolume)
    volumes: tuple[InstanceVolume, ...] | Unknown = at.blocks("ebsBlockDevices", InstanceVolume)
    public_address: at.Flag = at.flag("associatePublicIpAddress")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Address(at.AwsResource):
    """An address on the internet, or what binds one to something."""

    label: ClassVar[str] = "aws:ec2 Eip, EipAssociation"
    types: ClassVar[tuple[str, ...]] = ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")

    instance: at.Flag = at.present("instance")
    interface: at.Flag = at.present("networkInterface")
    bound_instance: at.Flag = at.present("instanceId")
    bound_interface: at.Flag = at.present("networkInterfaceId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Volume(at.AwsResource):
    """A volume."""

    label: ClassVar[str] = "aws:ebs/volume:Volume"

    encrypted: at.Flag = at.flag("encrypted")
    key: at.Link = at.link("kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FunctionUrl(at.AwsResource):
    """An address at which anybody may call a function, or who is let in by IAM."""

    label: ClassVar[str] = "aws:lambda/functionUrl:FunctionUrl"

    authorisation: at.Text = at.text("authorizationType")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FunctionPermission(at.AwsResource):
    """Who may call a function."""

    label: ClassVar[str] = "aws:lambda/permission:Permission"

    principal: at.Text = at.text("principal")
    source_arn: at.Flag = at.present("sourceArn")
    source_account: at.Flag = at.present("sourceAccount")
    organisation: at.Flag = at.present("principalOrgId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TaskDefinition(at.AwsResource):
    """What an ECS task runs; its containers are JSON text."""

    label: ClassVar[str] = "aws:ecs/taskDefinition:TaskDefinition"

    network_mode: at.Text = at.text("networkMode")
    process_mode: at.Text = at.text("pidMode")
    containers: at.Text = at.text("containerDefinitions")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Service(at.AwsResource):
    """An ECS service."""

    label: ClassVar[str] = "aws:ecs/service:Service"

    public_address: at.Flag = at.flag("networkConfiguration.assignPublicIp")


KINDS: Final = at.kinds(
    LaunchTemplate,
    Instance,
    Address,
    Volume,
    FunctionUrl,
    FunctionPermission,
    TaskDefinition,
    Service,
)
"""What each type is read as."""

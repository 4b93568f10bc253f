"""EC2: security groups. A group's rules are resources of their own; inline ones are not supported, as they drift.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ and terraform-provider-aws' `internal/service/ec2`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.aws.ec2 import Ec2Tagging, arn, one
from lab.providers.aws.resource import Resource, Table
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_GROUP_OUTPUTS = frozenset({"arn", "ownerId"})
_OUTWARD = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_ALL = "-1"  # every protocol, and with it every port


class SecurityGroup(Resource):
    """`aws.ec2.SecurityGroup`; AWS gives a new one a rule that lets everything out, which is taken away."""

    table = Table(
        "aws:ec2/securityGroup:SecurityGroup",
        "ec2",
        inputs=("description", "name", "tags", "vpcId"),
        outputs=_GROUP_OUTPUTS,
        force_new=frozenset({"description", "name", "vpcId"}),
        defaults={"description": "Managed by Pulumi"},
        computed=frozenset({"vpcId"}),
        autoname="name",
        tagging=Ec2Tagging(kind="security-group"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_security_group",
            GroupName=inputs["name"],
            Description=inputs["description"],
            VpcId=inputs.get("vpcId"),
            **self.creation_tags(inputs),
        )
        return str(answer["GroupId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Let nothing out."""
        del inputs
        _close(api, resource_id)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = _group(api, resource_id)
        return {**_told(self, api, found), "description": found["Description"], "name": found["GroupName"]}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_security_group", GroupId=resource_id)


class DefaultSecurityGroup(Resource):
    """`aws.ec2.DefaultSecurityGroup`: takes over what every VPC has, and empties it. It cannot be deleted."""

    table = Table(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "ec2",
        inputs=("tags", "vpcId"),
        outputs=_GROUP_OUTPUTS | {"description", "name"},
        force_new=frozenset({"vpcId"}),
        tagging=Ec2Tagging(kind="security-group", at_create=None),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Find it."""
        wanted = {"vpc-id": inputs["vpcId"], "group-name": "default"}
        filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
        return str(one(api, "describe_security_groups", "SecurityGroups", Filters=filters)["GroupId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Empty and tag it."""
        _close(api, resource_id)
        self._retag(api, resource_id, {}, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = _group(api, resource_id)
        return {**_told(self, api, found), "description": found["Description"], "name": found["GroupName"]}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Leave it as it is: it goes with its VPC."""


class SecurityGroupIngressRule(Resource):
    """`aws.vpc.SecurityGroupIngressRule`."""

    table = Table(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "ec2",
        inputs=(
            "cidrIpv4",
            "description",
            "fromPort",
            "ipProtocol",
            "referencedSecurityGroupId",
            "securityGroupId",
            "tags",
            "toPort",
        ),
        outputs=frozenset({"arn", "securityGroupRuleId"}),
        force_new=frozenset({"securityGroupId"}),
        tagging=Ec2Tagging(kind="security-group-rule"),
    )
    _authorize: ClassVar[str] = "authorize_security_group_ingress"
    _revoke: ClassVar[str] = "revoke_security_group_ingress"
    _egress: ClassVar[bool] = False

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """One peer; ports unless every protocol is meant."""
        found = {}
        if ("cidrIpv4" in inputs) == ("referencedSecurityGroupId" in inputs):
            found["cidrIpv4"] = "exactly one of cidrIpv4 and referencedSecurityGroupId must be there"
        if (inputs.get("ipProtocol") == _ALL) == ("fromPort" in inputs or "toPort" in inputs):
            found["ipProtocol"] = f"fromPort and toPort belong to a protocol, and to {_ALL} (all of them) none"
        return found

    def make(self, api: Api, inputs: Properties) -> str:
        """Authorize it."""
        group = inputs["securityGroupId"]
        answer = api(self._authorize, GroupId=group, IpPermissions=[_permission(inputs)], **self.creation_tags(inputs))
        made = str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])
        if inputs.get("description") and inputs.get("referencedSecurityGroupId"):
            # moto forgets what a rule that names a group is for, until it is told again.
            self.change(api, made, {}, inputs, frozenset({"description"}))
        return made

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        rule = one(api, "describe_security_group_rules", "SecurityGroupRules", SecurityGroupRuleIds=[resource_id])
        if bool(rule["IsEgress"]) is not self._egress:
            raise ResourceError(f"{resource_id} is a rule of the other direction")
        every = rule["IpProtocol"] == _ALL
        return {
            "arn": arn(self, api, "security-group-rule", resource_id),
            "cidrIpv4": rule.get("CidrIpv4"),
            "description": rule.get("Description") or None,
            "fromPort": None if every else rule.get("FromPort"),
            "ipProtocol": rule["IpProtocol"],
            "referencedSecurityGroupId": (rule.get("ReferencedGroupInfo") or {}).get("GroupId"),
            "securityGroupId": rule["GroupId"],
            "securityGroupRuleId": resource_id,
            "toPort": None if every else rule.get("ToPort"),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Make it another rule, under the same id."""
        del old, changed
        every = new["ipProtocol"] == _ALL
        rule = {
            "IpProtocol": new["ipProtocol"],
            "FromPort": -1 if every else new["fromPort"],
            "ToPort": -1 if every else new["toPort"],
            "CidrIpv4": new.get("cidrIpv4"),
            "ReferencedGroupId": new.get("referencedSecurityGroupId"),
            "Description": new.get("description", ""),
        }
        told = {name: value for name, value in rule.items() if value is not None}
        rules = [{"SecurityGroupRuleId": resource_id, "SecurityGroupRule": told}]
        api("modify_security_group_rules", GroupId=new["securityGroupId"], SecurityGroupRules=rules)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Revoke it."""
        api(self._revoke, GroupId=known["securityGroupId"], SecurityGroupRuleIds=[resource_id])


class SecurityGroupEgressRule(SecurityGroupIngressRule):
    """`aws.vpc.SecurityGroupEgressRule`."""

    table = replace(SecurityGroupIngressRule.table, token=_OUTWARD)
    _authorize: ClassVar[str] = "authorize_security_group_egress"
    _revoke: ClassVar[str] = "revoke_security_group_egress"
    _egress: ClassVar[bool] = True


def _permission(inputs: Properties) -> dict[str, Any]:
    described = {"Description": inputs["description"]} if inputs.get("description") else {}
    permission: dict[str, Any] = {"IpProtocol": inputs["ipProtocol"]}
    if inputs["ipProtocol"] != _ALL:
        permission |= {"FromPort": inputs["fromPort"], "ToPort": inputs["toPort"]}
    if inputs.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], **described}]
    else:
        permission["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"], **described}]
    return permission


def _group(api: Api, group: str) -> dict[str, Any]:
    return one(api, "describe_security_groups", "SecurityGroups", GroupIds=[group])


def _told(resource: Resource, api: Api, group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "arn": arn(resource, api, "security-group", group["GroupId"]),
        "ownerId": group["OwnerId"],
        "vpcId": group.get("VpcId"),
    }


def _close(api: Api, group: str) -> None:
    """Revoke every rule that the group has."""
    found = _group(api, group)
    for operation, rules in (
        ("revoke_security_group_ingress", found.get("IpPermissions")),
        ("revoke_security_group_egress", found.get("IpPermissionsEgress")),
    ):
        if rules:
            api(operation, GroupId=group, IpPermissions=rules)


TYPES: tuple[type[Resource], ...] = (
    SecurityGroup,
    DefaultSecurityGroup,
    SecurityGroupIngressRule,
    SecurityGroupEgressRule,
)

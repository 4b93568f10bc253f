"""IAM: roles, policies and what ties them together. IAM is global: no region here.

https://docs.aws.amazon.com/IAM/latest/APIReference/ and terraform-provider-aws' `internal/service/iam`. A role's
`inlinePolicies` and `managedPolicyArns` are not supported: RolePolicy and RolePolicyAttachment do the same and can be
read apart.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties, ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api

_VERSIONS = 5  # a managed policy has at most so many


class Role(Resource):
    """`aws.iam.Role`. Its id is its name."""

    table = Table(
        "aws:iam/role:Role",
        "iam",
        inputs=(
            "assumeRolePolicy",
            "description",
            "forceDetachPolicies",
            "maxSessionDuration",
            "name",
            "path",
            "permissionsBoundary",
            "tags",
        ),
        outputs=frozenset({"arn", "createDate", "uniqueId"}),
        force_new=frozenset({"name", "path"}),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        local=frozenset({"forceDetachPolicies"}),
        documents={"assumeRolePolicy": documents.same_policy},
        autoname="name",
        autoname_max=64,
        regional=False,
        tagging=Tagging(by="id", target="RoleName", listing="list_role_tags", adding="tag_role", removing="untag_role"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create the role."""
        answer = api(
            "create_role",
            RoleName=inputs["name"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            Path=inputs.get("path"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            **self.creation_tags(inputs),
        )
        return str(answer["Role"]["RoleName"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """The role; an empty description is none, unless the program says so."""
        role = api("get_role", RoleName=resource_id)["Role"]
        return {
            "arn": role["Arn"],
            "assumeRolePolicy": _document(role["AssumeRolePolicyDocument"]),
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description") or (known.get("description") and ""),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "name": role["RoleName"],
            "path": role["Path"],
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "uniqueId": role["RoleId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Each kind of change has an operation of its own."""
        del old
        if "assumeRolePolicy" in changed:
            api("update_assume_role_policy", RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"])
        if changed & {"description", "maxSessionDuration"}:
            api(
                "update_role",
                RoleName=resource_id,
                Description=new.get("description", ""),
                MaxSessionDuration=new.get("maxSessionDuration"),
            )
        if "permissionsBoundary" in changed:
            boundary = new.get("permissionsBoundary")
            if boundary:
                api("put_role_permissions_boundary", RoleName=resource_id, PermissionsBoundary=boundary)
            else:
                api("delete_role_permissions_boundary", RoleName=resource_id)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; `forceDetachPolicies` takes off first what others attached."""
        for profile in api.pages("list_instance_profiles_for_role", "InstanceProfiles", RoleName=resource_id):
            name = profile["InstanceProfileName"]
            api("remove_role_from_instance_profile", RoleName=resource_id, InstanceProfileName=name)
        if known.get("forceDetachPolicies"):
            for policy in api.pages("list_attached_role_policies", "AttachedPolicies", RoleName=resource_id):
                api("detach_role_policy", RoleName=resource_id, PolicyArn=policy["PolicyArn"])
            for name in _inline(api, resource_id):
                api("delete_role_policy", RoleName=resource_id, PolicyName=name)
        api("delete_role", RoleName=resource_id)


class Policy(Resource):
    """`aws.iam.Policy`. Its id is its ARN; a change makes a new default version."""

    table = Table(
        "aws:iam/policy:Policy",
        "iam",
        inputs=("description", "name", "path", "policy", "tags"),
        outputs=frozenset({"arn", "attachmentCount", "policyId"}),
        force_new=frozenset({"description", "name", "path"}),
        defaults={"path": "/"},
        documents={"policy": documents.same_policy},
        autoname="name",
        regional=False,
        tagging=Tagging(
            by="id", target="PolicyArn", listing="list_policy_tags", adding="tag_policy", removing="untag_policy"
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create the policy with its first version."""
        answer = api(
            "create_policy",
            PolicyName=inputs["name"],
            PolicyDocument=inputs["policy"],
            Description=inputs.get("description"),
            Path=inputs.get("path"),
            **self.creation_tags(inputs),
        )
        return str(answer["Policy"]["Arn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """The policy and its default version."""
        policy = api("get_policy", PolicyArn=resource_id)["Policy"]
        version = api("get_policy_version", PolicyArn=resource_id, VersionId=policy["DefaultVersionId"])
        return {
            "arn": policy["Arn"],
            "attachmentCount": policy.get("AttachmentCount", 0),
            "description": policy.get("Description") or (known.get("description") and ""),
            "name": policy["PolicyName"],
            "path": policy["Path"],
            "policy": _document(version["PolicyVersion"]["Document"]),
            "policyId": policy["PolicyId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Make a new default version; the oldest makes room for it."""
        del old, changed
        versions = api.pages("list_policy_versions", "Versions", PolicyArn=resource_id)
        if len(versions) >= _VERSIONS:
            spare = [version for version in versions if not version["IsDefaultVersion"]]
            oldest = min(spare, key=lambda version: (version["CreateDate"], int(version["VersionId"].lstrip("v"))))
            api("delete_policy_version", PolicyArn=resource_id, VersionId=oldest["VersionId"])
        api("create_policy_version", PolicyArn=resource_id, PolicyDocument=new["policy"], SetAsDefault=True)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete the other versions, then the policy."""
        del known
        for version in api.pages("list_policy_versions", "Versions", PolicyArn=resource_id):
            if not version["IsDefaultVersion"]:
                api("delete_policy_version", PolicyArn=resource_id, VersionId=version["VersionId"])
        api("delete_policy", PolicyArn=resource_id)


class RolePolicy(Resource):
    """`aws.iam.RolePolicy`, a policy inside a role. Its id is `role:name`."""

    table = Table(
        "aws:iam/rolePolicy:RolePolicy",
        "iam",
        inputs=("name", "policy", "role"),
        force_new=frozenset({"name", "role"}),
        documents={"policy": documents.same_policy},
        autoname="name",
        regional=False,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it into the role."""
        role, name = str(inputs["role"]), str(inputs["name"])
        api("put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=inputs["policy"])
        return f"{role}:{name}"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """The document."""
        del known
        role, name = _parts(resource_id)
        answer = api("get_role_policy", RoleName=role, PolicyName=name)
        return {"name": name, "policy": _document(answer["PolicyDocument"]), "role": role}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del old, changed
        role, name = _parts(resource_id)
        api("put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=new["policy"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Take it out of the role."""
        del known
        role, name = _parts(resource_id)
        api("delete_role_policy", RoleName=role, PolicyName=name)


class RolePolicyAttachment(Resource):
    """`aws.iam.RolePolicyAttachment`. Its id is `role-arn`; it is imported as `role/arn`."""

    table = Table(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "iam",
        inputs=("policyArn", "role"),
        force_new=frozenset({"policyArn", "role"}),
        delete_before_replace=True,
        regional=False,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Attach."""
        role, arn = str(inputs["role"]), str(inputs["policyArn"])
        api("attach_role_policy", RoleName=role, PolicyArn=arn)
        return f"{role}-{arn}"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Search the role's attachments."""
        role, arn = _attachment(resource_id, known)
        for policy in api.pages("list_attached_role_policies", "AttachedPolicies", RoleName=role):
            if policy["PolicyArn"] == arn:
                return {"policyArn": arn, "role": role}
        raise NotFoundError(f"{arn} is not attached to the role {role}")

    def identify(self, resource_id: str, properties: Properties) -> str:
        """The same id whichever way it came."""
        del resource_id
        return f"{properties['role']}-{properties['policyArn']}"

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Detach."""
        role, arn = _attachment(resource_id, known)
        api("detach_role_policy", RoleName=role, PolicyArn=arn)


def _document(value: Any) -> str:  # noqa: ANN401 - boto3 decodes it, moto's answers may be text
    return documents.normal(json.loads(unquote(value)) if isinstance(value, str) else value)


def _inline(api: Api, role: str) -> list[str]:
    return [str(name) for name in api.pages("list_role_policies", "PolicyNames", RoleName=role)]


def _parts(resource_id: str) -> tuple[str, str]:
    role, colon, name = resource_id.partition(":")
    if not (role and colon and name):
        raise ResourceError(f"{resource_id!r} is no id of a role's policy: it is ROLE:NAME")
    return role, name


def _attachment(resource_id: str, known: Properties) -> tuple[str, str]:
    if known.get("role") and known.get("policyArn"):
        return str(known["role"]), str(known["policyArn"])
    for separator in ("/arn:", "-arn:"):
        role, found, rest = resource_id.partition(separator)
        if role and found:
            return role, f"arn:{rest}"
    raise ResourceError(f"{resource_id!r} is no id of an attachment: it is ROLE/POLICY-ARN")


TYPES: tuple[type[Resource], ...] = (Role, Policy, RolePolicy, RolePolicyAttachment)

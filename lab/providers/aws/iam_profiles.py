"""IAM: instance profiles, by which machines get their role.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html and terraform-provider-aws'
`internal/service/iam`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class _Tagging(Tagging):
    """moto tells the tags with the profile only."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the profile has."""
        found = api("get_instance_profile", InstanceProfileName=target)["InstanceProfile"]
        return self.pairs.from_api(found.get("Tags") or ()) if self.pairs else {}


class InstanceProfile(Resource):
    """`aws.iam.InstanceProfile`. Its id is its name."""

    table = Table(
        "aws:iam/instanceProfile:InstanceProfile",
        "iam",
        inputs=("name", "path", "role", "tags"),
        outputs=frozenset({"arn", "createDate", "uniqueId"}),
        force_new=frozenset({"name", "path"}),
        defaults={"path": "/"},
        autoname="name",
        autoname_max=128,
        regional=False,
        tagging=_Tagging(
            by="id", target="InstanceProfileName", adding="tag_instance_profile", removing="untag_instance_profile"
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it, without its role."""
        name = str(inputs["name"])
        api("create_instance_profile", InstanceProfileName=name, Path=inputs["path"], **self.creation_tags(inputs))
        return name

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Put the role in."""
        if inputs.get("role"):
            api("add_role_to_instance_profile", InstanceProfileName=resource_id, RoleName=inputs["role"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("get_instance_profile", InstanceProfileName=resource_id)["InstanceProfile"]
        return {
            "arn": found["Arn"],
            "createDate": found["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "name": found["InstanceProfileName"],
            "path": found["Path"],
            "role": next((role["RoleName"] for role in found["Roles"]), None),
            "uniqueId": found["InstanceProfileId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Take the old role out and put the new one in: there is room for one."""
        del changed
        if old.get("role"):
            api("remove_role_from_instance_profile", InstanceProfileName=resource_id, RoleName=old["role"])
        self.finish(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Take the role out and delete it."""
        if known.get("role"):
            api("remove_role_from_instance_profile", InstanceProfileName=resource_id, RoleName=known["role"])
        api("delete_instance_profile", InstanceProfileName=resource_id)


TYPES: tuple[type[Resource], ...] = (InstanceProfile,)

"""EC2: launch templates. A change makes a new version; the default stays the first, as moto 5.2 cannot move it.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html and terraform-provider-aws'
`internal/service/ec2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.ec2 import Ec2Tagging, arn, one
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs, Text, pascal

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_KIND = "launch-template"
_TRUTH = {"true": True, "false": False}


def _truth(text: str) -> bool:
    try:
        return _TRUTH[text]
    except KeyError as error:
        raise ValueError(f"{text!r} is neither 'true' nor 'false'") from error


def _text(value: Any) -> str:  # noqa: ANN401 - a boolean; moto gives back what it was sent
    return str(value).lower()


_FLAG = Text(_truth, _text)
_MAPPING = pascal(
    "deviceName",
    ebs=pascal("kmsKeyId", "volumeSize", "volumeType", deleteOnTermination=_FLAG, encrypted=_FLAG),
)
_METADATA = pascal("httpEndpoint", "httpPutResponseHopLimit", "httpTokens")
_MONITORING = pascal("enabled")
_TAGS = pascal("resourceType", tags=Pairs())


class LaunchTemplate(Resource):
    """`aws.ec2.LaunchTemplate`."""

    table = Table(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "ec2",
        inputs=(
            "blockDeviceMappings",
            "description",
            "metadataOptions",
            "monitoring",
            "name",
            "tagSpecifications",
            "tags",
            "userData",
        ),
        outputs=frozenset({"arn", "latestVersion"}),
        volatile=frozenset({"latestVersion"}),
        force_new=frozenset({"name"}),
        shapes={
            "blockDeviceMappings": _MAPPING,
            "metadataOptions": _METADATA,
            "monitoring": _MONITORING,
            "tagSpecifications": _TAGS,
        },
        autoname="name",
        autoname_max=125,
        tagging=Ec2Tagging(kind=_KIND),
    )

    _data = pascal(
        "userData",
        blockDeviceMappings=_MAPPING,
        metadataOptions=_METADATA,
        monitoring=_MONITORING,
        tagSpecifications=_TAGS,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it with its first version."""
        answer = api(
            "create_launch_template",
            LaunchTemplateName=inputs["name"],
            VersionDescription=inputs.get("description"),
            LaunchTemplateData=self._template(inputs),
            **self.creation_tags(inputs),
        )
        return str(answer["LaunchTemplate"]["LaunchTemplateId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it and its latest version."""
        del known
        found = one(api, "describe_launch_templates", "LaunchTemplates", LaunchTemplateIds=[resource_id])
        version = one(
            api,
            "describe_launch_template_versions",
            "LaunchTemplateVersions",
            LaunchTemplateId=resource_id,
            Versions=["$Latest"],
        )
        data = self._data.from_api(version["LaunchTemplateData"])
        # moto puts the template's own tags among those of what is launched.
        launched = [entry for entry in data.pop("tagSpecifications", ()) if entry["resourceType"] != _KIND]
        return {
            **data,
            "tagSpecifications": launched or None,
            "arn": arn(self, api, _KIND, resource_id),
            "description": version.get("VersionDescription") or None,
            "latestVersion": found["LatestVersionNumber"],
            "name": found["LaunchTemplateName"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Make a new version."""
        del old, changed
        api(
            "create_launch_template_version",
            LaunchTemplateId=resource_id,
            VersionDescription=new.get("description"),
            LaunchTemplateData=self._template(new),
        )

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it with all versions."""
        del known
        api("delete_launch_template", LaunchTemplateId=resource_id)

    def _template(self, inputs: Properties) -> dict[str, Any]:
        data: dict[str, Any] = self._data.to_api({name: inputs.get(name) for name in self._data.members})
        return data


TYPES: tuple[type[Resource], ...] = (LaunchTemplate,)

"""WAF: web ACLs, what they protect, and the log of what they do.

https://docs.aws.amazon.com/waf/latest/APIReference/ and terraform-provider-aws' `internal/service/wafv2`.

Gaps of moto 5.2: it knows neither what a managed group costs nor whether there is one of that name, and it deletes a
web ACL that still protects something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.cloud import ApiError
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.aws.wafv2_rules import ACTION, RULE, VISIBILITY, same_rules
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_PAIRS = Pairs()
_REDACTED = pascal(singleHeader=pascal("name"))


def _asked(api: Api, operation: str, **parameters: str | None) -> dict[str, Any]:
    try:
        return api(operation, **parameters)
    except ApiError as error:
        if error.code == "WAFNonexistentItemException":  # how WAF says that there is none
            raise NotFoundError(str(error)) from error
        raise


class _Tagging(Tagging):
    """WAF tells of tags one structure further inside."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the resource has."""
        found = api(self.listing, ResourceARN=target)["TagInfoForResource"]
        return _PAIRS.from_api(found.get("TagList") or ())


class WebAcl(Resource):
    """`aws.wafv2.WebAcl`. Its id is the service's; it is imported by `<id>/<name>/<scope>`."""

    table = Table(
        "aws:wafv2/webAcl:WebAcl",
        "wafv2",
        inputs=("defaultAction", "description", "name", "rules", "scope", "tags", "visibilityConfig"),
        outputs=frozenset({"arn", "capacity"}),
        volatile=frozenset({"capacity"}),
        force_new=frozenset({"name", "scope"}),
        equivalent={"rules": same_rules},
        literal=frozenset({"defaultAction", "rules"}),
        autoname="name",
        autoname_max=128,
        tagging=_Tagging(by="arn", target="ResourceARN"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api("create_web_acl", **_body(inputs), **self.creation_tags(inputs))
        return str(answer["Summary"]["Id"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        acl, name, scope = _named(resource_id, known)
        found = _asked(api, "get_web_acl", Id=acl, Name=name, Scope=scope)["WebACL"]
        return {
            "arn": found["ARN"],
            "capacity": found.get("Capacity"),
            "defaultAction": ACTION.from_api(found["DefaultAction"]),
            "description": found.get("Description") or None,
            "name": found["Name"],
            "rules": RULE.from_api(found["Rules"]) or None,
            "scope": scope,
            "visibilityConfig": VISIBILITY.from_api(found["VisibilityConfig"]),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Update it as a whole, unless somebody did in between."""
        del old, changed
        api("update_web_acl", Id=resource_id, LockToken=self._token(api, resource_id, new), **_body(new))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        acl, name, scope = _named(resource_id, known)
        token = self._token(api, resource_id, known)
        api("delete_web_acl", Id=acl, Name=name, Scope=scope, LockToken=token)

    def identify(self, resource_id: str, properties: Properties) -> str:
        """The id alone."""
        del properties
        return resource_id.partition("/")[0]

    @staticmethod
    def _token(api: Api, resource_id: str, known: Properties) -> str:
        acl, name, scope = _named(resource_id, known)
        return str(_asked(api, "get_web_acl", Id=acl, Name=name, Scope=scope)["LockToken"])


def _named(resource_id: str, known: Properties) -> tuple[str, str, str]:
    acl, _, rest = resource_id.partition("/")
    name, _, scope = rest.partition("/")
    return acl, str(known.get("name") or name), str(known.get("scope") or scope)


def _body(inputs: Properties) -> dict[str, Any]:
    return {
        "Name": inputs["name"],
        "Scope": inputs["scope"],
        "Description": inputs.get("description"),
        "DefaultAction": ACTION.to_api(inputs["defaultAction"], "defaultAction"),
        "Rules": RULE.to_api(inputs.get("rules") or [], "rules"),
        "VisibilityConfig": VISIBILITY.to_api(inputs["visibilityConfig"], "visibilityConfig"),
    }


class WebAclAssociation(Resource):
    """`aws.wafv2.WebAclAssociation`. Its id is `<web ACL's ARN>,<resource's ARN>`."""

    table = Table(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "wafv2",
        inputs=("resourceArn", "webAclArn"),
        force_new=frozenset({"resourceArn", "webAclArn"}),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Associate them."""
        acl, resource = inputs["webAclArn"], inputs["resourceArn"]
        api("associate_web_acl", WebACLArn=acl, ResourceArn=resource)
        return f"{acl},{resource}"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Ask what protects the resource."""
        del known
        acl, _, resource = resource_id.partition(",")
        found = api("get_web_acl_for_resource", ResourceArn=resource).get("WebACL") or {}
        if found.get("ARN") != acl:
            raise NotFoundError(f"{acl} does not protect {resource}")
        return {"resourceArn": resource, "webAclArn": acl}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Part them."""
        del known
        api("disassociate_web_acl", ResourceArn=resource_id.partition(",")[2])


class WebAclLoggingConfiguration(Resource):
    """`aws.wafv2.WebAclLoggingConfiguration`. Its id is the web ACL's ARN; only headers can be redacted."""

    table = Table(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "wafv2",
        inputs=("logDestinationConfigs", "redactedFields", "resourceArn"),
        force_new=frozenset({"logDestinationConfigs", "resourceArn"}),
        shapes={"redactedFields": _REDACTED},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(inputs["resourceArn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = _asked(api, "get_logging_configuration", ResourceArn=resource_id)["LoggingConfiguration"]
        return {
            "logDestinationConfigs": found["LogDestinationConfigs"],
            "redactedFields": _REDACTED.from_api(found.get("RedactedFields")) or None,
            "resourceArn": found["ResourceArn"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        _asked(api, "delete_logging_configuration", ResourceArn=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        redacted = _REDACTED.to_api(inputs.get("redactedFields") or [], "redactedFields")
        configuration = {
            "ResourceArn": inputs["resourceArn"],
            "LogDestinationConfigs": inputs["logDestinationConfigs"],
            "RedactedFields": redacted,
        }
        api("put_logging_configuration", LoggingConfiguration=configuration)


TYPES: tuple[type[Resource], ...] = (WebAcl, WebAclAssociation, WebAclLoggingConfiguration)

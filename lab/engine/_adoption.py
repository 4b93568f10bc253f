"""What to do with creations of which the engine does not know whether they happened: take them into the state.

`pulumi refresh --import-pending-creates` of 3.259 only forgets them (tried): what was created is then orphaned, or in
the way of the next `up`. Here the resource is written into the state under the ID it must have if it exists; the
refresh that follows asks its provider, which drops it again if it does not. For most types, the ID follows from the
inputs.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RELEASE = "kubernetes:helm.sh/v3:Release"
_ACCOUNT = "123456789012"  # moto's


@dataclass(frozen=True)
class Adoption:
    """An edited state and what became of its pending creations, by URN.

    Attributes:
        deployment: what `pulumi stack import` takes; it drops every pending operation itself.
        adopted: now in the state; the refresh decides.
        superfluous: the program has made a new one since; if the old one exists, the next update deletes it.
        forgotten: nothing says under which ID to look for them.
    """

    deployment: dict[str, Any]
    adopted: tuple[str, ...]
    superfluous: tuple[str, ...]
    forgotten: tuple[str, ...]


def adopt(exported: Mapping[str, Any]) -> Adoption:
    """Move the pending creations of an exported deployment into its resources, where their IDs can be told."""
    deployment: dict[str, Any] = copy.deepcopy(dict(exported))
    body = deployment["deployment"]
    resources: list[dict[str, Any]] = body.get("resources") or []
    known = {(one["urn"], one.get("id", "")) for one in resources}
    adopted, superfluous, forgotten = [], [], []
    for operation in body.pop("pending_operations", None) or ():
        if operation["type"] not in {"creating", "importing"}:
            continue  # the resource is in the state: the refresh mends it
        resource: dict[str, Any] = operation["resource"]
        urn = resource["urn"]
        identifier = resource.get("id") or resource_id(resource["type"], resource.get("inputs") or {})
        if (urn, identifier) in known:
            continue  # created again since, under the same ID
        urns = {one["urn"] for one in resources}
        if not identifier or not _can_stand(resource, resources, urns):
            forgotten.append(urn)
            continue
        entry = _entry(resource, identifier, urns)
        if urn in urns:
            superfluous.append(urn)
            resources.append(entry | {"delete": True})
        else:
            adopted.append(urn)
            resources.append(entry)
        known.add((urn, identifier))
    body["resources"] = resources
    return Adoption(deployment, tuple(adopted), tuple(superfluous), tuple(forgotten))


def _can_stand(resource: Mapping[str, Any], resources: list[dict[str, Any]], urns: set[str]) -> bool:
    """Whether what the engine insists on is there: the parent, and the provider under this very ID."""
    provider = resource.get("provider")
    references = {f"{one['urn']}::{one.get('id', '')}" for one in resources}
    return (not provider or provider in references) and (resource.get("parent") or next(iter(urns), "")) in urns


def _entry(resource: Mapping[str, Any], identifier: str, urns: set[str]) -> dict[str, Any]:
    """`resource` as the engine writes a created one; its outputs are for the refresh to fill in."""
    entry = dict(resource) | {"id": identifier, "outputs": dict(resource.get("inputs") or {})}
    entry["dependencies"] = [urn for urn in resource.get("dependencies") or () if urn in urns]
    entry["propertyDependencies"] = {
        name: [urn for urn in dependencies or () if urn in urns]
        for name, dependencies in (resource.get("propertyDependencies") or {}).items()
    }
    return entry


def _input(*names: str, separator: str = "") -> Callable[[Mapping[str, Any]], str]:
    def read(inputs: Mapping[str, Any]) -> str:
        values = [inputs.get(name) for name in names]
        return separator.join(map(str, values)) if all(isinstance(value, str) and value for value in values) else ""

    return read


def _policy_arn(inputs: Mapping[str, Any]) -> str:
    name = inputs.get("name")
    return f"arn:aws:iam::{_ACCOUNT}:policy{inputs.get('path') or '/'}{name}" if name else ""


# The import IDs of the official provider's documentation. A KMS key's is drawn by AWS: it cannot be told beforehand.
_AWS_IDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "aws:s3/bucket:Bucket": _input("bucket"),
    "aws:s3/bucketVersioning:BucketVersioning": _input("bucket"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _input("bucket"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _input("bucket"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _input("bucket"),
    "aws:s3/bucketPolicy:BucketPolicy": _input("bucket"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _input("bucket"),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _input("bucket"),
    "aws:kms/alias:Alias": _input("name"),
    "aws:iam/role:Role": _input("name"),
    "aws:iam/policy:Policy": _policy_arn,
    "aws:iam/rolePolicy:RolePolicy": _input("role", "name", separator=":"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _input("role", "policyArn", separator="/"),
    "aws:ecr/repository:Repository": _input("name"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _input("repository"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _input("repository"),
    "aws:cloudwatch/logGroup:LogGroup": _input("name"),
}


def resource_id(kind: str, inputs: Mapping[str, Any]) -> str:
    """The ID that a resource of type `kind` gets from these inputs; "" when that cannot be told."""
    if kind == RELEASE:
        return _input("namespace", "name", separator="/")(inputs)
    if kind.startswith("kubernetes:"):
        metadata = inputs.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
            return ""
        namespace = metadata.get("namespace")
        return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])
    read = _AWS_IDS.get(kind)
    return read(inputs) if read else ""

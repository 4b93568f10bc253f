"""CloudHSM: clusters, their machines, and the key stores that KMS has in them.

https://docs.aws.amazon.com/cloudhsm/latest/APIReference/ and terraform-provider-aws' `internal/service/cloudhsmv2`.

Gaps of moto 5.2: of a cluster's subnets it keeps the last one (the state remembers them, an import leaves them out), it
has no HSMs, and its KMS no custom key stores: the two types are recorded.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api

_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_PASSWORD = range(7, 33)


class Cluster(Resource):
    """`aws.cloudhsmv2.Cluster`. Its id is the service's."""

    table = Table(
        "aws:cloudhsmv2/cluster:Cluster",
        "cloudhsmv2",
        inputs=("hsmType", "mode", "sourceBackupIdentifier", "subnetIds", "tags"),
        outputs=frozenset({"clusterId", "clusterState", "vpcId"}),
        force_new=frozenset({"hsmType", "mode", "sourceBackupIdentifier", "subnetIds"}),
        computed=frozenset({"mode"}),
        untold=frozenset({"subnetIds"}),
        tagging=Tagging(
            by="id", target="ResourceId", listing="list_tags", tags="TagList", keys="TagKeyList", at_create=None
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        made = api(
            "create_cluster",
            HsmType=inputs["hsmType"],
            Mode=inputs.get("mode"),
            SourceBackupId=inputs.get("sourceBackupIdentifier"),
            SubnetIds=inputs["subnetIds"],
        )
        return str(made["Cluster"]["ClusterId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Tag it: moto forgets the tags of its creation."""
        if self.table.tagging is not None:
            self.table.tagging.write(api, resource_id, {}, self.rules.merged(inputs.get("tags")))

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        clusters = api("describe_clusters", Filters={"clusterIds": [resource_id]})["Clusters"]
        if not clusters:
            raise NotFoundError(f"there is no CloudHSM cluster {resource_id} in {api.region}")
        found = clusters[0]
        return {
            "clusterId": resource_id,
            "clusterState": found["State"],
            "hsmType": found["HsmType"],
            "mode": found.get("Mode"),
            "sourceBackupIdentifier": found.get("SourceBackupId") or None,
            "vpcId": found["VpcId"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_cluster", ClusterId=resource_id)


class Hsm(Recorded):
    """`aws.cloudhsmv2.Hsm`. Its id is the service's."""

    table = Table(
        "aws:cloudhsmv2/hsm:Hsm",
        "cloudhsmv2",
        inputs=("availabilityZone", "clusterId", "ipAddress", "subnetId"),
        outputs=frozenset({"hsmEniId", "hsmId", "hsmState"}),
        force_new=frozenset({"availabilityZone", "clusterId", "ipAddress", "subnetId"}),
        computed=frozenset({"availabilityZone", "ipAddress", "subnetId"}),
    )
    reason = "moto 5.2 has no HSMs in its clusters"

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """One of the two that say where it stands."""
        if inputs.get("availabilityZone") is None and inputs.get("subnetId") is None:
            return {"subnetId": "is missing: it or availabilityZone says where the HSM stands"}
        return super().check(inputs)

    def identity(self, inputs: Properties) -> str:
        """As AWS forms one: `hsm-` and eleven characters."""
        return f"hsm-{_digits(inputs)}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Its own ids and its state."""
        return {"hsmEniId": f"eni-{_digits(inputs)}", "hsmId": resource_id, "hsmState": "ACTIVE"}


class CustomKeyStore(Recorded):
    """`aws.kms.CustomKeyStore` in a CloudHSM cluster; external ones are not supported. Its id is the service's."""

    table = Table(
        "aws:kms/customKeyStore:CustomKeyStore",
        "kms",
        inputs=("cloudHsmClusterId", "customKeyStoreName", "keyStorePassword", "trustAnchorCertificate"),
        force_new=frozenset({"trustAnchorCertificate"}),
        secrets=frozenset({"keyStorePassword"}),
    )
    reason = "moto 5.2 has no custom key stores"

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """The certificate's form and the password's length: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html."""
        found = dict(super().check(inputs))
        for name in ("cloudHsmClusterId", "keyStorePassword", "trustAnchorCertificate"):
            if name not in inputs:
                found[name] = "is missing: a key store in CloudHSM needs it"
        certificate, password = inputs.get("trustAnchorCertificate"), inputs.get("keyStorePassword")
        if isinstance(certificate, str) and _CERTIFICATE not in certificate:
            found["trustAnchorCertificate"] = "is no certificate in PEM form"
        if isinstance(password, str) and len(password) not in _PASSWORD:
            found["keyStorePassword"] = "must have 7 to 32 characters"
        return found

    def identity(self, inputs: Properties) -> str:
        """As AWS forms one: `cks-` and seventeen digits."""
        return f"cks-{hashlib.sha256(str(inputs['customKeyStoreName']).encode()).hexdigest()[:17]}"


def _digits(inputs: Properties) -> str:
    named = f"{inputs.get('clusterId')}/{inputs.get('subnetId') or inputs.get('availabilityZone')}"
    return hashlib.sha256(named.encode()).hexdigest()[:17]


TYPES: tuple[type[Resource], ...] = (Cluster, Hsm, CustomKeyStore)

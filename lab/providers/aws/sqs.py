"""SQS: queues and who may use them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ and terraform-provider-aws'
`internal/service/sqs`. A queue's `policy` is not supported: QueuePolicy does the same and can be read apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

# Pulumi's names and the API's; numbers and flags are texts there.
_NUMBERS = {
    "delaySeconds": "DelaySeconds",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
_KEY, _FLAG, _POLICY = "KmsMasterKeyId", "SqsManagedSseEnabled", "Policy"


class Queue(Resource):
    """`aws.sqs.Queue`. Its id is its URL."""

    table = Table(
        "aws:sqs/queue:Queue",
        "sqs",
        inputs=(*_NUMBERS, "kmsMasterKeyId", "name", "sqsManagedSseEnabled", "tags"),
        outputs=frozenset({"arn", "url"}),
        force_new=frozenset({"name"}),
        defaults={
            "delaySeconds": 0,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        computed=frozenset({"sqsManagedSseEnabled"}),
        autoname="name",
        autoname_max=80,
        tagging=Tagging(
            by="id",
            target="QueueUrl",
            pairs=None,
            listing="list_queue_tags",
            adding="tag_queue",
            removing="untag_queue",
            at_create="tags",
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        wanted = {name: value for name, value in _attributes(inputs).items() if value}
        answer = api("create_queue", QueueName=inputs["name"], Attributes=wanted, **self.creation_tags(inputs))
        return str(answer["QueueUrl"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """All attributes."""
        del known
        found = _told(api, resource_id)
        arn = found["QueueArn"]
        return {
            **{name: int(found[attribute]) for name, attribute in _NUMBERS.items() if attribute in found},
            "arn": arn,
            "kmsMasterKeyId": found.get(_KEY) or None,
            "name": arn.rpartition(":")[2],
            "sqsManagedSseEnabled": found.get(_FLAG) == "true",
            "url": resource_id,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Set all attributes."""
        del old, changed
        api("set_queue_attributes", QueueUrl=resource_id, Attributes=_attributes(new))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_queue", QueueUrl=resource_id)


class QueuePolicy(Resource):
    """`aws.sqs.QueuePolicy`. Its id is the queue's URL."""

    table = Table(
        "aws:sqs/queuePolicy:QueuePolicy",
        "sqs",
        inputs=("policy", "queueUrl"),
        force_new=frozenset({"queueUrl"}),
        documents={"policy": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Set it."""
        url = str(inputs["queueUrl"])
        self._set(api, url, inputs["policy"])
        return url

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """The policy."""
        del known
        policy = _told(api, resource_id).get(_POLICY)
        if not policy:
            raise NotFoundError(f"the queue {resource_id} has no policy")
        return {"policy": documents.normal(policy), "queueUrl": resource_id}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Set it again."""
        del old, changed
        self._set(api, resource_id, new["policy"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Take it away: an empty one is none."""
        del known
        self._set(api, resource_id, "")

    @staticmethod
    def _set(api: Api, url: str, policy: str) -> None:
        api("set_queue_attributes", QueueUrl=url, Attributes={_POLICY: policy})


def _attributes(inputs: Properties) -> dict[str, str]:
    """The attributes that `inputs` ask for; an empty key is none."""
    found = {attribute: str(int(inputs[name])) for name, attribute in _NUMBERS.items() if inputs.get(name) is not None}
    managed = inputs.get("sqsManagedSseEnabled")
    return {
        **found,
        _KEY: str(inputs.get("kmsMasterKeyId") or ""),
        **({} if managed is None else {_FLAG: str(managed).lower()}),
    }


def _told(api: Api, url: str) -> dict[str, str]:
    return dict(api("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"])


TYPES: tuple[type[Resource], ...] = (Queue, QueuePolicy)

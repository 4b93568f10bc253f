"""SNS: topics, their access policies and subscriptions.

https://docs.aws.amazon.com/sns/latest/api/ and terraform-provider-aws' `internal/service/sns`.

Gaps of moto 5.2 and what is done about them: it takes any topic attribute and tells few, so that only those are
supported that it tells; it confirms a subscription by itself, where AWS waits for the receiver of an e-mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_TOPIC_ATTRIBUTES = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId"}


class Topic(Resource):
    """`aws.sns.Topic`. Its id is its ARN."""

    table = Table(
        "aws:sns/topic:Topic",
        "sns",
        inputs=("displayName", "kmsMasterKeyId", "name", "tags"),
        outputs=frozenset({"arn", "owner"}),
        force_new=frozenset({"name"}),
        autoname="name",
        autoname_max=256,
        tagging=Tagging(by="arn", target="ResourceArn"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it with its attributes."""
        attributes = {api_name: inputs[name] for name, api_name in _TOPIC_ATTRIBUTES.items() if inputs.get(name)}
        answer = api("create_topic", Name=inputs["name"], Attributes=attributes, **self.creation_tags(inputs))
        return str(answer["TopicArn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Its attributes; an empty one is one that nobody set."""
        del known
        told = api("get_topic_attributes", TopicArn=resource_id)["Attributes"]
        return {
            "arn": resource_id,
            "name": resource_id.rpartition(":")[2],
            "owner": told["Owner"],
            **{name: told.get(api_name) or None for name, api_name in _TOPIC_ATTRIBUTES.items()},
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """One attribute at a time."""
        del old
        for name in sorted(changed & _TOPIC_ATTRIBUTES.keys()):
            api(
                "set_topic_attributes",
                TopicArn=resource_id,
                AttributeName=_TOPIC_ATTRIBUTES[name],
                AttributeValue=new.get(name) or "",
            )

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_topic", TopicArn=resource_id)


class TopicPolicy(Resource):
    """`aws.sns.TopicPolicy`. Its id is the topic's ARN; deleting it leaves the owner alone with the topic."""

    table = Table(
        "aws:sns/topicPolicy:TopicPolicy",
        "sns",
        inputs=("arn", "policy"),
        outputs=frozenset({"owner"}),
        force_new=frozenset({"arn"}),
        documents={"policy": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it over the topic's first one."""
        self._put(api, str(inputs["arn"]), str(inputs["policy"]))
        return str(inputs["arn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        told = api("get_topic_attributes", TopicArn=resource_id)["Attributes"]
        return {"arn": resource_id, "owner": told["Owner"], "policy": documents.normal(told["Policy"])}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del old, changed
        self._put(api, resource_id, str(new["policy"]))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Put the one that AWS gives a new topic."""
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes",
                "SNS:SetTopicAttributes",
                "SNS:AddPermission",
                "SNS:RemovePermission",
                "SNS:DeleteTopic",
                "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic",
                "SNS:Publish",
            ],
            "Resource": resource_id,
            "Condition": {"StringEquals": {"AWS:SourceOwner": known["owner"]}},
        }
        self._put(api, resource_id, documents.normal({"Version": "2008-10-17", "Statement": [statement]}))

    @staticmethod
    def _put(api: Api, topic: str, policy: str) -> None:
        api("set_topic_attributes", TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(Resource):
    """`aws.sns.TopicSubscription`. Its id is its ARN."""

    table = Table(
        "aws:sns/topicSubscription:TopicSubscription",
        "sns",
        inputs=("endpoint", "protocol", "rawMessageDelivery", "topic"),
        outputs=frozenset({"arn", "ownerId"}),
        force_new=frozenset({"endpoint", "protocol", "topic"}),
        defaults={"rawMessageDelivery": False},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Subscribe."""
        answer = api(
            "subscribe",
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Set how messages are delivered."""
        if inputs.get("rawMessageDelivery"):
            self._deliver(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Its attributes, which are texts."""
        del known
        told = api("get_subscription_attributes", SubscriptionArn=resource_id)["Attributes"]
        return {
            "arn": resource_id,
            "endpoint": told["Endpoint"],
            "ownerId": told["Owner"],
            "protocol": told["Protocol"],
            "rawMessageDelivery": str(told.get("RawMessageDelivery", "false")).lower() == "true",
            "topic": told["TopicArn"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """The delivery."""
        del old, changed
        self._deliver(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Unsubscribe."""
        del known
        api("unsubscribe", SubscriptionArn=resource_id)

    @staticmethod
    def _deliver(api: Api, subscription: str, inputs: Properties) -> None:
        api(
            "set_subscription_attributes",
            SubscriptionArn=subscription,
            AttributeName="RawMessageDelivery",
            AttributeValue="true" if inputs.get("rawMessageDelivery") else "false",
        )


TYPES: tuple[type[Resource], ...] = (Topic, TopicPolicy, TopicSubscription)

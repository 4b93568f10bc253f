from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.backup.reports import BackupReports, BackupReportsArgs
from components.providers import Account
from components.sections.audit import Subscription
from tests.support.plan import policy_of, run


def test_backup_may_publish_and_whoever_is_named_reads() -> None:
    someone = Subscription.model_validate_json('{"protocol": "email", "endpoint": "plantao@example.org"}')

    def program() -> None:
        known = pulumi.Output.from_input
        account = Account(id=known("123456789012"), partition=known("aws"), region="sa-east-1")
        opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")])
        BackupReports("reports", BackupReportsArgs(key_arn="arn:key", subscriptions=(someone,)), account, opts)

    plan = run(program)[0]
    assert plan.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == "arn:key"
    statement = policy_of(plan.one("aws:sns/topicPolicy:TopicPolicy"))["Backup"]
    assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    subscription = plan.one("aws:sns/topicSubscription:TopicSubscription").inputs
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "plantao@example.org")

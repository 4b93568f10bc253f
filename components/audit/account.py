"""The record of everything that is done in the account: CloudTrail, to a bucket in which nothing can be changed.

What CloudTrail needs of the bucket:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html; of the log
group: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.data.bucket import Bucket, BucketArgs, Lock
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import TrailSettings

if TYPE_CHECKING:
    from components.providers import Account

_TRAIL_LIMIT = 128
_CLOUDTRAIL = Principal("Service", ("cloudtrail.amazonaws.com",))


class AccountTrailArgs(Args):
    """What the trail needs.

    Attributes:
        stack: the stack's name.
        settings: the trail's.
        key_arn: the key that encrypts the entries; its policy lets CloudTrail use it.
        log_group: name of the log group in which alarms look.
        data_buckets: ARNs of the buckets of which every reading and writing of an object is recorded.
        protect: whether the engine refuses to delete the bucket; where it does not, the record goes with it.
    """

    stack: str
    settings: TrailSettings
    key_arn: Text
    log_group: Text
    data_buckets: tuple[Text, ...] = ()
    protect: bool = True


class AccountTrail(Component):
    """The trail of all regions, its bucket, and the role that copies entries to the log group.

    Attributes:
        bucket: name of the bucket with the record.
        bucket_arn: its ARN.
        trail_arn: the trail.
    """

    TYPE = "cartorio:audit:AccountTrail"
    bucket: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    trail_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AccountTrailArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._account = account
        # Named: the bucket's policy says it before the trail exists.
        trail_name = physical_name("cartorio", args.stack, "account", limit=_TRAIL_LIMIT)
        trail_arn = _regional(account, "cloudtrail", f"trail/{trail_name}")
        bucket = self._bucket(name, args, trail_arn)
        group_arn = pulumi.Output.concat(_regional(account, "logs", "log-group:"), args.log_group, ":*")
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=trail_name,
            s3_bucket_name=bucket.bucket,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            kms_key_id=args.key_arn,
            cloud_watch_logs_group_arn=group_arn,
            cloud_watch_logs_role_arn=self._copier(name, group_arn),
            advanced_event_selectors=_selectors(args.data_buckets),
            insight_selectors=[
                aws.cloudtrail.TrailInsightSelectorArgs(insight_type=kind.value) for kind in args.settings.insights
            ]
            or None,
            # CloudTrail tries to write when it is created: the bucket's policy has to stand.
            opts=self._child(depends_on=[bucket]),
        )
        self.bucket = bucket.bucket
        self.bucket_arn = bucket.arn
        self.trail_arn = trail.arn
        self.register_outputs(
            {"bucket": self.bucket, "bucketArn": self.bucket_arn, "trailArn": self.trail_arn},
        )

    def _bucket(self, name: str, args: AccountTrailArgs, trail_arn: pulumi.Output[str]) -> Bucket:
        def grants(bucket: pulumi.Output[str]) -> tuple[Statement, ...]:
            return _deliveries(bucket, trail_arn, self._account)

        settings = args.settings
        return Bucket(
            f"{name}-record",
            BucketArgs(
                # CloudTrail encrypts each file itself, the entries with the trail's key, and says so in the header.
                key_arn=None,
                protect=args.protect,
                force_destroy=not args.protect,
                lock=Lock(mode=settings.lock_mode, days=settings.lock_days),
                cold_after_days=settings.cold_after_days,
                noncurrent_days=settings.lock_days,
                grants=grants,
            ),
            self._child(),
        )

    def _copier(self, name: str, group_arn: pulumi.Output[str]) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-copier",
            description="CloudTrail copies its entries to the audit log group",
            assume_role_policy=document(
                Statement(
                    sid="Assume",
                    principal=_CLOUDTRAIL,
                    actions=("sts:AssumeRole",),
                    resources=(),
                )
            ),
            opts=self._child(),
        )
        aws.iam.RolePolicy(
            f"{name}-copier-policy",
            role=role.name,
            policy=document(
                Statement(sid="Copy", actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(group_arn,))
            ),
            opts=self._child(),
        )
        return role.arn


def _regional(account: Account, service: str, resource: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(
        "arn:", account.partition, ":", service, ":", account.region, ":", account.id, ":", resource
    )


def _deliveries(bucket: pulumi.Output[str], trail_arn: pulumi.Output[str], account: Account) -> tuple[Statement, ...]:
    from_the_trail = Condition("StringEquals", "aws:SourceArn", (trail_arn,))
    return (
        Statement(
            sid="LookByCloudTrail",
            principal=_CLOUDTRAIL,
            actions=("s3:GetBucketAcl",),
            resources=(bucket,),
            conditions=(from_the_trail,),
        ),
        Statement(
            sid="WriteByCloudTrail",
            principal=_CLOUDTRAIL,
            actions=("s3:PutObject",),
            resources=(pulumi.Output.concat(bucket, "/AWSLogs/", account.id, "/*"),),
            conditions=(from_the_trail, Condition("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",))),
        ),
    )


def _selectors(buckets: tuple[Text, ...]) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgs]:
    selector, field = (
        aws.cloudtrail.TrailAdvancedEventSelectorArgs,
        aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs,
    )
    management = selector(name="management", field_selectors=[field(field="eventCategory", equals=["Management"])])
    if not buckets:
        return [management]
    objects = selector(
        name="objects",
        field_selectors=[
            field(field="eventCategory", equals=["Data"]),
            field(field="resources.type", equals=["AWS::S3::Object"]),
            field(field="resources.ARN", starts_withs=[pulumi.Output.concat(bucket, "/") for bucket in buckets]),
        ],
    )
    return [management, objects]

"""What no rule has looked at is not let through: another type that does the same would be the way round every rule.

A template of CloudFormation, a document of Cloud Control and resources of other providers for AWS declare anything at
all, where no rule about a type sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.aws import KINDS
from guardrails.resources.aws_reading import AwsResource
from guardrails.rules._aws import example

if TYPE_CHECKING:
    from guardrails.model import Context

# Looked at: they neither hold data, nor open a way in, nor give rights, or are judged by rules about all types.
_HARMLESS: Final = frozenset(
    f"aws:{name}"
    for name in (
        *("accessanalyzer/analyzer:Analyzer", "acm/certificateValidation:CertificateValidation"),
        *("alb/listenerCertificate:ListenerCertificate", "alb/targetGroup:TargetGroup"),
        *("alb/targetGroupAttachment:TargetGroupAttachment", "appautoscaling/policy:Policy"),
        *("appautoscaling/scheduledAction:ScheduledAction", "appautoscaling/target:Target"),
        *("autoscaling/attachment:Attachment", "autoscaling/group:Group", "autoscaling/lifecycleHook:LifecycleHook"),
        *("autoscaling/policy:Policy", "autoscaling/schedule:Schedule", "autoscaling/tag:Tag"),
        *("backup/framework:Framework", "backup/reportPlan:ReportPlan", "backup/vaultNotifications:VaultNotifications"),
        *("backup/restoreTestingPlan:RestoreTestingPlan", "backup/restoreTestingSelection:RestoreTestingSelection"),
        *("batch/jobDefinition:JobDefinition", "budgets/budget:Budget", "cfg/rule:Rule"),
        *("cfg/retentionConfiguration:RetentionConfiguration", "cloudfront/cachePolicy:CachePolicy"),
        *("cloudfront/originAccessControl:OriginAccessControl", "cloudfront/originRequestPolicy:OriginRequestPolicy"),
        *("cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "cloudhsmv2/cluster:Cluster"),
        *("cloudhsmv2/hsm:Hsm", "cloudwatch/compositeAlarm:CompositeAlarm", "cloudwatch/dashboard:Dashboard"),
        *("cloudwatch/eventRule:EventRule", "cloudwatch/eventTarget:EventTarget", "cloudwatch/logStream:LogStream"),
        *("cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "cloudwatch/metricAlarm:MetricAlarm"),
        *("cloudwatch/logMetricFilter:LogMetricFilter", "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"),
        *("cloudwatch/queryDefinition:QueryDefinition", "codebuild/project:Project", "cognito/userPool:UserPool"),
        *("docdb/clusterParameterGroup:ClusterParameterGroup", "docdb/subnetGroup:SubnetGroup"),
        *("ebs/defaultKmsKey:DefaultKmsKey", "ec2/defaultRouteTable:DefaultRouteTable", "ec2/tag:Tag"),
        *("ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", "ec2/internetGateway:InternetGateway"),
        *("ec2/mainRouteTableAssociation:MainRouteTableAssociation", "ec2/natGateway:NatGateway", "ec2/route:Route"),
        *("ec2/networkAclAssociation:NetworkAclAssociation", "ec2/placementGroup:PlacementGroup"),
        *("ec2/routeTable:RouteTable", "ec2/routeTableAssociation:RouteTableAssociation"),
        *("ec2/volumeAttachment:VolumeAttachment", "ec2/vpcDhcpOptions:VpcDhcpOptions"),
        "ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        "ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",
        "ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        "ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
        "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        *("ecr/lifecyclePolicy:LifecyclePolicy", "ecr/pullThroughCacheRule:PullThroughCacheRule"),
        *("ecr/registryScanningConfiguration:RegistryScanningConfiguration", "ecs/cluster:Cluster"),
        *("ecr/replicationConfiguration:ReplicationConfiguration", "efs/accessPoint:AccessPoint"),
        *("ecs/clusterCapacityProviders:ClusterCapacityProviders", "efs/backupPolicy:BackupPolicy"),
        *("efs/mountTarget:MountTarget", "eks/fargateProfile:FargateProfile"),
        *("eks/accessPolicyAssociation:AccessPolicyAssociation", "eks/podIdentityAssociation:PodIdentityAssociation"),
        *("elasticache/parameterGroup:ParameterGroup", "elasticache/subnetGroup:SubnetGroup"),
        *("iam/accountAlias:AccountAlias", "iam/instanceProfile:InstanceProfile"),
        *("iam/serviceLinkedRole:ServiceLinkedRole", "kms/customKeyStore:CustomKeyStore", "lambda/alias:Alias"),
        *("lambda/eventSourceMapping:EventSourceMapping", "lambda/function:Function"),
        *("lb/listenerCertificate:ListenerCertificate", "lb/targetGroup:TargetGroup"),
        *("lb/targetGroupAttachment:TargetGroupAttachment", "neptune/clusterParameterGroup:ClusterParameterGroup"),
        *("neptune/subnetGroup:SubnetGroup", "rds/clusterParameterGroup:ClusterParameterGroup"),
        *(
            "rds/eventSubscription:EventSubscription",
            "rds/parameterGroup:ParameterGroup",
            "rds/subnetGroup:SubnetGroup",
        ),
        *("route53/healthCheck:HealthCheck", "route53/hostedZoneDnsSec:HostedZoneDnsSec"),
        *("route53/keySigningKey:KeySigningKey", "route53/queryLog:QueryLog"),
        *("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "s3/bucketLogging:BucketLogging"),
        *("s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "s3/bucketMetric:BucketMetric"),
        *("s3/bucketNotification:BucketNotification", "secretsmanager/secretVersion:SecretVersion"),
        *("securityhub/account:Account", "securityhub/standardsSubscription:StandardsSubscription"),
        *("servicequotas/serviceQuota:ServiceQuota", "shield/protection:Protection"),
        "shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation",
        *("shield/subscription:Subscription", "sqs/redriveAllowPolicy:RedriveAllowPolicy"),
        *("sqs/redrivePolicy:RedrivePolicy", "vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
        *("wafv2/ipSet:IpSet", "wafv2/regexPatternSet:RegexPatternSet"),
    )
)


def _known(one: AwsResource, _context: Context) -> tuple[Finding, ...]:
    kind = one.declared.type
    if kind in KINDS or kind in _HARMLESS:
        return ()
    return (Finding("", f"no rule knows what {kind} holds, whom it lets in or what it allows"),)


POLICIES: Final = (
    Policy(
        id="aws/known-type",
        title="Every resource of AWS is of a type that the rules know",
        severity=Severity.HIGH,
        rationale=(
            "What one type may not do, another often does as well: a template of CloudFormation makes any bucket, a "
            "classic load balancer has no firewall, a grant passes by a key's policy. So a type that nobody has looked "
            "at is refused, not overlooked."
        ),
        resource_types=(AwsResource,),
        remediation=(
            "Use a type of the provider aws that docs/policies.md names, or review this one: rules about it, or, if it "
            "neither holds, opens nor allows anything, a line in guardrails/rules/aws_types.py."
        ),
        since="0.3.0",
        rule=_known,
        enforcement=RELAXED_LOCALLY,
        passing=example("aws:sqs/queue:Queue", "{sqsManagedSseEnabled: true}"),
        failing=example("aws:cloudformation/stack:Stack", "{templateUrl: 'https://s3.amazonaws.com/template.yaml'}"),
    ),
)

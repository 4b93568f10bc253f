"""AWS's clusters, registries and machines."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, adding, removing, setting

_CLUSTER: Final = "aws:eks/cluster:Cluster"
_PLANE: Final = "cluster-plane-cluster"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODES: Final = "cluster-nodes-api-template"
_REPOSITORY: Final = "aws:ecr/repository:Repository"
_APP: Final = "registry-cartorio-app"
_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

MUTATIONS: Final = (
    Mutation(
        "aws/known-type",
        "a template that makes whatever it likes",
        adding(
            "aws:cloudformation/stack:Stack", "extra", {"templateUrl": "https://s3.amazonaws.com/templates/extra.yaml"}
        ),
    ),
    Mutation(
        "aws/known-type",
        "a bucket by another provider",
        adding("aws-native:s3:Bucket", "extra", {"bucketName": "extra"}),
    ),
    Mutation(
        "aws/eks-endpoint",
        "an API on the internet",
        setting(_CLUSTER, _PLANE, "vpcConfig.endpointPublicAccess", value=True),
    ),
    Mutation(
        "aws/eks-endpoint",
        "an API that nodes reach by the internet",
        removing(_CLUSTER, _PLANE, "vpcConfig.endpointPrivateAccess"),
    ),
    Mutation(
        "aws/eks-logs",
        "an audit log that is none",
        setting(_CLUSTER, _PLANE, "enabledClusterLogTypes", ["api", "authenticator"]),
    ),
    Mutation("aws/eks-encryption", "Secrets that AWS can read", removing(_CLUSTER, _PLANE, "encryptionConfig")),
    Mutation(
        "aws/eks-access-mode",
        "a ConfigMap decides",
        setting(_CLUSTER, _PLANE, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
    ),
    Mutation(
        "aws/eks-access-mode",
        "the creator stays an administrator",
        removing(_CLUSTER, _PLANE, "accessConfig.bootstrapClusterCreatorAdminPermissions"),
    ),
    Mutation("aws/eks-version", "a version out of support", setting(_CLUSTER, _PLANE, "version", "1.29")),
    Mutation("aws/eks-version", "whatever version comes", removing(_CLUSTER, _PLANE, "version")),
    Mutation(
        "aws/eks-masters",
        "operators are masters",
        setting(
            "aws:eks/accessEntry:AccessEntry",
            "cluster-access-cartorio-operators",
            "kubernetesGroups",
            ["system:masters"],
        ),
    ),
    Mutation(
        "aws/eks-nodes",
        "nodes open to SSH",
        setting("aws:eks/nodeGroup:NodeGroup", "cluster-nodes-api", "remoteAccess", {"ec2SshKey": "a"}),
    ),
    Mutation(
        "aws/eks-nodes",
        "nodes as AWS has them",
        removing("aws:eks/nodeGroup:NodeGroup", "cluster-nodes-api", "launchTemplate"),
    ),
    Mutation(
        "aws/eks-addon-version",
        "DNS of any version",
        removing("aws:eks/addon:Addon", "cluster-services-coredns", "addonVersion"),
    ),
    Mutation("aws/ecr-immutable", "tags that move", setting(_REPOSITORY, _APP, "imageTagMutability", "MUTABLE")),
    Mutation(
        "aws/ecr-scan",
        "nobody looks at images",
        setting(_REPOSITORY, _APP, "imageScanningConfiguration.scanOnPush", value=False),
    ),
    Mutation("aws/ecr-encryption", "AWS's key", removing(_REPOSITORY, _APP, "encryptionConfigurations")),
    Mutation("aws/machine-metadata", "IMDSv1", setting(_TEMPLATE, _NODES, "metadataOptions.httpTokens", "optional")),
    Mutation(
        "aws/machine-metadata",
        "pods reach it",
        setting(_TEMPLATE, _NODES, "metadataOptions.httpPutResponseHopLimit", 2),
    ),
    Mutation(
        "aws/machine-metadata",
        "Karpenter's pods reach it",
        setting(_CLASS, "karpenter-api-class", "spec.metadataOptions.httpPutResponseHopLimit", 2),
    ),
    Mutation(
        "aws/volume-encryption",
        "a plain disk",
        setting(_TEMPLATE, _NODES, "blockDeviceMappings[1].ebs.encrypted", "false"),
    ),
    Mutation(
        "aws/volume-encryption",
        "a plain disk of Karpenter's",
        setting(_CLASS, "karpenter-api-class", "spec.blockDeviceMappings[0].ebs.encrypted", value=False),
    ),
    Mutation(
        "aws/machine-address",
        "nodes on the internet",
        setting(_TEMPLATE, _NODES, "networkInterfaces", [{"associatePublicIpAddress": "true"}]),
    ),
    Mutation("aws/machine-ssh", "a key pair", setting(_TEMPLATE, _NODES, "keyName", "admin")),
    Mutation(
        "aws/task-isolation",
        "a task on its machine's network",
        adding("aws:ecs/taskDefinition:TaskDefinition", "task", {"family": "stamp", "networkMode": "host", "tags": {}}),
    ),
)

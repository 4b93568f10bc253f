"""Publications that the rules refer to, each read on the day that is noted."""

from __future__ import annotations

from datetime import date
from typing import Final

from guardrails.model import Control

_READ: Final = date(2026, 11, 22)
_READ_LATER: Final = date(2026, 11, 25)


def cis_eks(ref: str) -> Control:
    """CIS Amazon EKS Benchmark, a recommendation or a section of them."""
    return Control(
        "CIS Amazon EKS Benchmark", "1.8.0", ref, "https://www.cisecurity.org/benchmark/amazon_web_services", _READ
    )


def cis_eks_check(ref: str) -> Control:
    """CIS Amazon EKS Benchmark, a single recommendation of section 4, as kube-bench checks it."""
    source = "https://github.com/aquasecurity/kube-bench/blob/main/cfg/eks-1.8.0/policies.yaml"
    return Control("CIS Amazon EKS Benchmark", "1.8.0", ref, source, _READ_LATER)


def nist_800_190(ref: str) -> Control:
    """NIST SP 800-190, Application Container Security Guide: countermeasures."""
    return Control("NIST SP 800-190", "2017", ref, "https://doi.org/10.6028/NIST.SP.800-190", _READ)


def pod_security(level: str, check: str, file: str = "") -> Control:
    """Kubernetes' Pod Security Standards, as its admission plugin has them; `file` where it is called otherwise."""
    source = f"https://github.com/kubernetes/pod-security-admission/blob/v0.36.3/policy/check_{file or check}.go"
    return Control("Kubernetes Pod Security Standards", "v1.36", f"{level}: {check}", source, _READ_LATER)


def kubernetes_docs(version: str, title: str, page: str) -> Control:
    """A page of Kubernetes' documentation."""
    return Control("Kubernetes documentation", version, title, f"https://kubernetes.io/docs/{page}", _READ)


def security_hub(ref: str, service: str) -> Control:
    """AWS Security Hub's control of that number."""
    source = f"https://docs.aws.amazon.com/securityhub/latest/userguide/{service}-controls.html"
    return Control("AWS Security Hub", "2026", ref, source, _READ)


def control_tower(ref: str, service: str) -> Control:
    """AWS Control Tower's proactive control of that number."""
    source = f"https://docs.aws.amazon.com/controltower/latest/controlreference/{service}-rules.html"
    return Control("AWS Control Tower", "2026", ref, source, _READ)


def ssdf(ref: str) -> Control:
    """NIST SP 800-218, Secure Software Development Framework: a task."""
    return Control("NIST SP 800-218 (SSDF)", "1.1", ref, "https://doi.org/10.6028/NIST.SP.800-218", _READ)


def load_balancer_policies() -> Control:
    """AWS' list of what each TLS policy of an Application Load Balancer negotiates."""
    source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"
    return Control("Elastic Load Balancing", "2026", "Security policies", source, _READ_LATER)


def fsbp(ref: str) -> Control:
    """AWS Foundational Security Best Practices, Security Hub's standard, as Prowler has its controls word by word."""
    commit = "3e000faa3109230b748e4418a13c11c9e59f5cfb"
    file = "prowler/compliance/aws/aws_foundational_security_best_practices_aws.json"
    source = f"https://github.com/prowler-cloud/prowler/blob/{commit}/{file}"
    return Control("AWS Foundational Security Best Practices", "2026-08", ref, source, _READ_LATER)


def rbac_good_practices(section: str) -> Control:
    """A section of Kubernetes' good practices for RBAC."""
    source = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
    return Control("Kubernetes documentation", "v1.36", f"RBAC Good Practices: {section}", source, _READ_LATER)


def flux(controller: str, version: str, page: str, section: str) -> Control:
    """A section of the specification of Flux's API, as the controller's sources have it."""
    source = f"https://github.com/fluxcd/{controller}/blob/v{version}/docs/spec/{page}.md"
    return Control(f"Flux {controller}", f"v{version}", section, source, _READ_LATER)

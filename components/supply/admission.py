"""The cluster's own gate: pods run images by digest, from the allowed registries, or the API server refuses them.

It needs no controller: a ValidatingAdmissionPolicy is judged inside the API server
(https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/). Signatures are the policy
pack's part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import admissionregistration as admission
from pulumi_kubernetes import meta

from components.base import Args, Component
from components.labels import ADMISSION_ENFORCED, ADMISSION_LABEL, labels
from components.naming import physical_name
from components.supply.expressions import IMAGES, POD, UNPINNED, strangers
from components.values import RegistryPrefix

if TYPE_CHECKING:
    import pulumi

_NAME_LIMIT = 63
_KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "v1", ("pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers")),
    ("apps", "v1", ("daemonsets", "deployments", "replicasets", "statefulsets")),
    ("batch", "v1", ("cronjobs", "jobs")),
)


class AdmissionArgs(Args):
    """What is admitted.

    Attributes:
        stack: the stack's name.
        registries: registries and folders in them of which images are admitted.
    """

    stack: str
    registries: tuple[RegistryPrefix, ...]


class Admission(Component):
    """The policy and its binding to the namespaces that carry `ADMISSION_LABEL`.

    Attributes:
        policy_name: name of the policy in the cluster, as refusals show it.
    """

    TYPE = "cartorio:supply:Admission"
    policy_name: pulumi.Output[str]

    def __init__(self, name: str, args: AdmissionArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        policy = self._policy(name, args)
        self._binding(name, args, policy)
        self.policy_name = policy.metadata.name
        self.register_outputs({"policyName": self.policy_name})

    def _policy(self, name: str, args: AdmissionArgs) -> admission.v1.ValidatingAdmissionPolicy:
        return admission.v1.ValidatingAdmissionPolicy(
            f"{name}-policy",
            metadata=_metadata(args.stack),
            spec=admission.v1.ValidatingAdmissionPolicySpecArgs(
                # An expression that fails to evaluate refuses.
                failure_policy="Fail",
                match_constraints=admission.v1.MatchResourcesArgs(
                    match_policy="Equivalent",
                    resource_rules=[
                        admission.v1.NamedRuleWithOperationsArgs(
                            api_groups=[group],
                            api_versions=[version],
                            operations=["CREATE", "UPDATE"],
                            resources=list(resources),
                            scope="Namespaced",
                        )
                        for group, version, resources in _KINDS
                    ],
                ),
                variables=[
                    admission.v1.VariableArgs(name="pod", expression=POD),
                    admission.v1.VariableArgs(name="images", expression=IMAGES),
                    admission.v1.VariableArgs(name="unpinned", expression=UNPINNED),
                    admission.v1.VariableArgs(name="strangers", expression=strangers(args.registries)),
                ],
                validations=[
                    _refuse_any(
                        "unpinned",
                        "not by digest",
                        "name it as registry/name@sha256:<digest>, the digest that was signed, without a tag",
                    ),
                    _refuse_any(
                        "strangers",
                        "not from an allowed registry",
                        f"allowed: {', '.join(args.registries)}; copy the image there, sign it, or add the registry to"
                        " cartorio:supply.registries",
                    ),
                ],
            ),
            opts=self._child(),
        )

    def _binding(self, name: str, args: AdmissionArgs, policy: admission.v1.ValidatingAdmissionPolicy) -> None:
        admission.v1.ValidatingAdmissionPolicyBinding(
            f"{name}-binding",
            metadata=_metadata(args.stack),
            spec=admission.v1.ValidatingAdmissionPolicyBindingSpecArgs(
                policy_name=policy.metadata.name,
                validation_actions=["Deny", "Audit"],
                match_resources=admission.v1.MatchResourcesArgs(
                    namespace_selector=meta.v1.LabelSelectorArgs(match_labels={ADMISSION_LABEL: ADMISSION_ENFORCED}),
                ),
            ),
            opts=self._child(),
        )


def _metadata(stack: str) -> meta.v1.ObjectMetaArgs:
    # Named, not automatic: refusals quote the name, and runbooks explain it.
    return meta.v1.ObjectMetaArgs(
        name=physical_name("cartorio", stack, "images", limit=_NAME_LIMIT), labels=labels(stack, "admission")
    )


def _refuse_any(variable: str, what: str, remedy: str) -> admission.v1.ValidationArgs:
    quoted = f"variables.{variable}.map(i, \"'\" + i + \"'\").join(', ')"
    return admission.v1.ValidationArgs(
        expression=f"size(variables.{variable}) == 0",
        message=f"an image is {what}: {remedy}",
        message_expression=f"'image ' + {quoted} + ' {what}: {remedy}'",
        reason="Forbidden",
    )

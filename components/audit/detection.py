"""Who looks for intruders: GuardDuty, in what the account's services tell it.

https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-features-activation-model.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component
from components.sections.audit import Detection

if TYPE_CHECKING:
    import pulumi

# An agent that GuardDuty installs and updates by itself.
_AGENTS = {"RUNTIME_MONITORING": "EKS_ADDON_MANAGEMENT"}


class IntrusionDetectionArgs(Args):
    """What is looked at.

    Attributes:
        settings: which features of GuardDuty are on.
    """

    settings: Detection


class IntrusionDetection(Component):
    """The account's detector and its features.

    Attributes:
        detector: its id.
    """

    TYPE = "cartorio:audit:IntrusionDetection"
    detector: pulumi.Output[str]

    def __init__(self, name: str, args: IntrusionDetectionArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        detector = aws.guardduty.Detector(
            f"{name}-detector", enable=True, finding_publishing_frequency="FIFTEEN_MINUTES", opts=self._child()
        )
        for feature in args.settings.features:
            agent = _AGENTS.get(feature.value)
            aws.guardduty.DetectorFeature(
                f"{name}-{feature.value.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=feature.value,
                status="ENABLED",
                additional_configurations=[
                    aws.guardduty.DetectorFeatureAdditionalConfigurationArgs(name=agent, status="ENABLED")
                ]
                if agent
                else None,
                opts=self._child(),
            )
        self.detector = detector.id
        self.register_outputs({"detector": self.detector})

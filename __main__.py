"""The program: settings in, resources registered, outputs exported."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from components.economy import economise
from components.errors import SettingsError
from components.judged import judged, refusal
from components.sections.platform import PolicyPack
from components.settings import load
from components.settling import settle
from components.stack import build
from components.supply.signatures import ImagePolicy
from guardrails.trust.errors import TrustPolicyError

if TYPE_CHECKING:
    from components.settings import Settings

# What the language host takes for "the message has been shown": no traceback, no second error.
_MESSAGE_SHOWN = 32
_TRUST = Path(__file__).resolve().parent / "policy_pack" / "trust.yaml"


def main() -> None:
    """Run the program for the selected stack."""
    economise()
    try:
        settings = load()
        policies = _image_policies(settings)
    except (SettingsError, TrustPolicyError) as error:
        pulumi.log.error(str(error))
        sys.exit(_MESSAGE_SHOWN)
    if settings.configuration.policy_pack is PolicyPack.REQUIRED and not judged(sys.orig_argv):
        pulumi.log.error(refusal(settings.stack))
        sys.exit(_MESSAGE_SHOWN)
    outputs = build(settings, policies)
    for field in dataclasses.fields(outputs):
        pulumi.export(field.name, getattr(outputs, field.name))
    settle()


def _image_policies(settings: Settings) -> tuple[ImagePolicy, ...]:
    """What the cluster asks of images: the trust policy of the policy pack, the one place that says it."""
    if settings.configuration.supply.policy_controller is None:
        return ()
    from guardrails.trust.admission_file import read_image_policies

    found = read_image_policies(_TRUST, settings.configuration.profile.value, datetime.now(UTC))
    return tuple(ImagePolicy.model_validate(dataclasses.asdict(policy)) for policy in found)


main()

"""The program: settings in, resources registered, outputs exported."""

from __future__ import annotations

import dataclasses
import sys

import pulumi

from components.economy import economise
from components.errors import SettingsError
from components.judged import judged, refusal
from components.sections.platform import PolicyPack
from components.settings import load
from components.settling import settle
from components.stack import build

# What the language host takes for "the message has been shown": no traceback, no second error.
_MESSAGE_SHOWN = 32


def main() -> None:
    """Run the program for the selected stack."""
    economise()
    try:
        settings = load()
    except SettingsError as error:
        pulumi.log.error(str(error))
        sys.exit(_MESSAGE_SHOWN)
    if settings.configuration.policy_pack is PolicyPack.REQUIRED and not judged(sys.orig_argv):
        pulumi.log.error(refusal(settings.stack))
        sys.exit(_MESSAGE_SHOWN)
    outputs = build(settings)
    for field in dataclasses.fields(outputs):
        pulumi.export(field.name, getattr(outputs, field.name))
    settle()


main()

"""The pack's own rules: what cannot be read, rendered or seen, and exemptions that are none."""

from __future__ import annotations

from typing import Final

from guardrails.model import Problem
from guardrails.resources.helm import RELEASE_TYPE
from tests.support.mutations import Mutation, adding, exempting, setting, together, wrong_exemption

_KEY: Final = ("aws:kms/key:Key", "backup-copy-key-key")

MUTATIONS: Final = (
    Mutation(
        "pack/exempted",
        "a key that need not rotate for a while",
        together(setting(*_KEY, "enableKeyRotation", value=False), exempting(*_KEY, "aws/kms-rotation")),
    ),
    Mutation("pack/exemptions", "an exemption that nothing needs", exempting(*_KEY, "aws/kms-rotation")),
    Mutation(
        "pack/readable",
        "whether a key rotates is said in words",
        setting(*_KEY, "enableKeyRotation", "always"),
    ),
    Mutation(
        "pack/judged",
        "a chart that is somewhere else",
        adding(RELEASE_TYPE, "elsewhere", {"chart": "elsewhere", "version": "1.0.0"}),
    ),
    Mutation("pack/rendered", "a chart that is not there", adding(RELEASE_TYPE, "gone", {"chart": "./charts/gone"})),
    Mutation(
        "pack/exemptions",
        "an exemption of a rule that does not exist",
        wrong_exemption(Problem("exemptions[0].rule", "there is no rule 'x/y'", "Name one.")),
    ),
)

"""The pack's entry point: the engine runs this folder."""

from __future__ import annotations

import sys

from pulumi_policy import PolicyPack

from guardrails import presence
from guardrails.adapter import adapt
from guardrails.catalogue import CATALOGUE

POLICIES = adapt(CATALOGUE)
presence.announce(sys.argv)
PolicyPack("cartorio-guardrails", POLICIES)

"""The pack's entry point: the engine runs this folder."""

from __future__ import annotations

from pulumi_policy import PolicyPack

from guardrails.adapter import adapt
from guardrails.catalogue import CATALOGUE

PolicyPack("cartorio-guardrails", adapt(CATALOGUE))

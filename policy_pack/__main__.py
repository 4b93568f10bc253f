"""The pack's entry point: the engine runs this folder."""

from __future__ import annotations

import sys

from guardrails import adapter_server, presence
from guardrails.adapter import adapt
from guardrails.catalogue import CATALOGUE

ANALYZER = adapt(CATALOGUE)
presence.announce(sys.argv)
adapter_server.run(ANALYZER)

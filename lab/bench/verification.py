"""`python -m lab.bench.verification TRUST IMAGES HOW`: the pack's verifier on a list of images, timed, as JSON.

A process of its own, so that nothing is loaded or remembered that a real one would not have: `together` asks for all
images at once, as the command does; `apart` for one after the other, as a preview shows them to the pack. Both ask
twice.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardrails.trust import Verifier

PROFILE = "bench"
TOGETHER, APART = "together", "apart"


def main(trust: str, images: str, how: str) -> int:
    """Verify twice and print; 1 when an image is not trusted."""
    from guardrails.trust import Verifier

    verifier = Verifier.from_file(Path(trust), PROFILE)
    references = json.loads(Path(images).read_text(encoding="utf-8"))
    seconds, asked, trusted = [], [], True
    for _ in range(2):
        before, start = verifier.round_trips.total(), time.perf_counter()
        trusted &= _all_trusted(verifier, references, apart=how == APART)
        seconds.append(time.perf_counter() - start)
        asked.append(verifier.round_trips.total() - before)
    sys.stdout.write(json.dumps({"seconds": seconds, "round_trips": asked, "trusted": trusted}) + "\n")
    return 0 if trusted else 1


def _all_trusted(verifier: Verifier, references: Sequence[str], *, apart: bool) -> bool:
    groups = [[reference] for reference in references] if apart else [references]
    return all(verdict.outcome == "trusted" for group in groups for verdict in verifier.verify(group).values())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

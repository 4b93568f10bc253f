"""What a preview's findings do not tell, for whoever asks: exemptions that were used, images, and properties at fault.

CrossGuard passes on texts of violations and nothing else. A program that runs a preview and wants the rest names a file
in `CARTORIO_POLICY_RECORD`; one JSON object a line is added to it: `{"reason": {text, path}}`, `{"exempted": {...}}`,
`{"image": {...}}`. Texts are masked as those of violations are. Without the variable nothing is written.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from guardrails.judge import Judgement
    from guardrails.model import ImageVerdict

VARIABLE: Final = "CARTORIO_POLICY_RECORD"


class Record:
    """Writes each entry once. Calls come from several threads.

    Args:
        environment: names the file, or none.
        mask: takes secrets out of a text.
    """

    def __init__(self, environment: Mapping[str, str], mask: Callable[[str], str]) -> None:
        named = environment.get(VARIABLE)
        self._file = Path(named) if named else None
        self._mask = mask
        self._written: set[str] = set()
        self._lock = threading.Lock()

    def add(self, judgement: Judgement, verdicts: Mapping[str, ImageVerdict]) -> None:
        """Write what a judgement and the verdicts so far have that is new; a file that cannot be written is let be."""
        if self._file is None:
            return
        entries = [*_reasons(judgement), *_exempted(judgement), *_images(verdicts)]
        lines = [json.dumps(self._masked(entry), ensure_ascii=False, sort_keys=True) for entry in entries]
        with self._lock:
            if not (new := [line for line in dict.fromkeys(lines) if line not in self._written]):
                return
            self._written.update(new)
            try:
                with self._file.open("a", encoding="utf-8", errors="backslashreplace") as stream:
                    stream.writelines(f"{line}\n" for line in new)
            except OSError:
                self._file = None  # the findings are what counts, and the engine has them

    def _masked(self, content: Any) -> Any:  # noqa: ANN401 - plain data
        if isinstance(content, dict):
            return {key: self._masked(member) for key, member in content.items()}
        if isinstance(content, list):
            return [self._masked(member) for member in content]
        return self._mask(content) if isinstance(content, str) else content


def _reasons(judgement: Judgement) -> Iterator[dict[str, Any]]:
    for violation in judgement.violations:
        if violation.path:
            text = f"{violation.message} ({violation.path})"  # as the adapter reports it
            yield {"reason": {"text": text, "path": violation.path}}


def _exempted(judgement: Judgement) -> Iterator[dict[str, Any]]:
    for violation, exemption in judgement.exempted:
        yield {
            "exempted": {
                "rule": violation.rule,
                "urn": violation.address,
                "resource": violation.resource,
                "message": violation.message,
                "reason": exemption.reason,
                "owner": exemption.owner,
                "ticket": exemption.ticket,
                "expires": exemption.expires.isoformat(),
            }
        }


def _images(verdicts: Mapping[str, ImageVerdict]) -> Iterator[dict[str, Any]]:
    for reference, verdict in verdicts.items():
        yield {
            "image": {
                "reference": reference,
                "outcome": str(verdict.outcome),
                "signers": list(getattr(verdict, "authorities", ())),
                "reasons": list(verdict.reasons),
            }
        }

"""A JSON Schema of `trust.yaml` for editors: `python -m guardrails.trust.policy_schema [--check]` writes or checks it.

It says what belongs where; what only reading says (notations, references between parts) is `policy_file`'s.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardrails.trust.policy import TrustPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE: Final = Path(__file__).resolve().parents[3] / "docs" / "trust.schema.json"


def schema() -> str:
    """The schema's text."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **TrustPolicy.model_json_schema()}
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the file, or with `--check` say whether it is up to date."""
    parser = argparse.ArgumentParser(prog="guardrails.trust.policy_schema")
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args(arguments).check:
        FILE.write_text(schema(), encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == schema():
        return 0
    sys.stderr.write(f"{FILE} is out of date: run `make docs`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

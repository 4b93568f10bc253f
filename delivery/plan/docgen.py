"""Writes docs/plan.schema.json from the models; `--check` only says whether it is as they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from delivery.plan.model import SCHEMA, Plan

FILE: Final = Path(__file__).resolve().parents[2] / "docs" / "plan.schema.json"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a plan file."""
    found = Plan.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **found}


def main(arguments: list[str]) -> int:
    """Write the file, or compare it; the exit code."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if "--check" not in arguments:
        FILE.write_text(text, "utf-8")
        return 0
    if FILE.is_file() and FILE.read_text("utf-8") == text:
        return 0
    print(f"error: docs/{FILE.name} is not as delivery/plan says\n  do:    make docs", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

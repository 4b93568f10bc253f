"""The release file: which images, by digest, a stack runs. The release process writes it, `cartorio:release` names it.

Its form: `{"schema": "cartorio.release/v1", "version": "1.2.3", "images": {"api": "...", "workers": "..."}}`. Empty
`images` mean that nothing is released yet: everything but the workload is deployed, above all the key that signs the
first release.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from components.errors import Problem
from components.problems import dotted, findings
from components.values import ImageReference, VersionNumber

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "cartorio.release/v1"


class Images(BaseModel):
    """The images of a release, full references by digest."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    api: ImageReference
    workers: ImageReference


class Release(BaseModel):
    """One release; without images when there is none yet."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    contract: Literal["cartorio.release/v1"] = Field(alias="schema")
    version: VersionNumber
    images: Images | None

    @field_validator("images", mode="before")
    @classmethod
    def _none_yet(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError("images", "must be a mapping; an empty one while nothing is released")
        return None if value == {} else value


def read_release(root: Path, path: str) -> Release | tuple[Problem, ...]:
    """Read the release file at `path` below the project's folder `root`, or say everything that is wrong with it."""
    try:
        text = (root / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return (
            Problem(path, 0, "", "does not exist: the release process writes it (for the stack `local`: `make up`)"),
        )
    except (OSError, UnicodeDecodeError) as error:
        return (Problem(path, 0, "", f"cannot be read: {error}"),)
    try:
        # pydantic's own JSON reader lets the last of two equal keys win; two readers could then see two releases.
        json.loads(text, object_pairs_hook=unambiguous)
        return Release.model_validate_json(text)
    except ValidationError as error:
        return tuple(Problem(path, 0, dotted(item.path), item.message) for item in findings(error, Release))
    except (ValueError, RecursionError) as error:
        return (Problem(path, 0, "", f"is not a JSON document that can be trusted: {error}"),)


def unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON (`json.loads(..., object_pairs_hook=unambiguous)`) in which no key stands twice.

    Raises:
        ValueError: one does.
    """
    seen: dict[str, object] = {}
    for key, value in pairs:
        if key in seen:
            raise ValueError(f"the key '{key}' stands there twice")
        seen[key] = value
    return seen

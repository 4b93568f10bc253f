"""`state.json`: what `up` started and where it answers. Written whole, only under the lab's lock; read by anyone."""

from __future__ import annotations

import secrets

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lab.errors import LabError
from lab.paths import LabPaths  # noqa: TC001  used at run time by readers of the signature
from lab.services.files import write_private
from lab.services.model import Endpoints
from lab.services.processes import Identity

SCHEMA = "cartorio.lab/v1"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(_Model):
    """One started service.

    Attributes:
        process: which process it is.
        fingerprint: of everything that the process read at its start; another one means it has to be restarted.
        generation: random, new for each start.
        answered: whether it has ever answered; until then it is given its whole time to start.
    """

    process: Identity
    fingerprint: str
    generation: str
    answered: bool = False


class Credentials(_Model):
    """AWS credentials of the lab, in the shape of real ones; moto accepts any."""

    access_key_id: str = Field(default_factory=lambda: "LKIA" + secrets.token_hex(8).upper())
    secret_access_key: str = Field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)


class State(_Model):
    """Everything `state.json` says."""

    schema_: str = Field(default=SCHEMA, alias="schema", pattern=f"^{SCHEMA}$")
    ports: dict[str, int] = {}
    services: dict[str, Record] = {}
    credentials: Credentials = Field(default_factory=Credentials)
    endpoints: Endpoints | None = None


def load(paths: LabPaths) -> State | None:
    """Read the lab's state; None when there is none.

    Raises:
        LabError: the file is not what `save` wrote.
    """
    try:
        content = paths.state.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return State.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise LabError(
            f"the lab's state cannot be read: {place}: {first['msg']}",
            where=str(paths.state),
            remedy="run `cartorio lab down` (it finds the lab's processes without this file), then `cartorio lab up`",
        ) from error


def save(paths: LabPaths, state: State) -> None:
    """Replace the lab's state in one step."""
    write_private(paths.state, state.model_dump_json(by_alias=True, indent=2).encode() + b"\n")

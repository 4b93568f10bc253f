"""The declaration: which tokens a PKCS#11 module has to have, with which mechanisms and keys.

A file of its own and not of a stack's: it names a module on one machine, and whoever looks after the HSMs keeps it.
docs/examples/hsm.yaml is one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from lab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 1_000_000  # bytes
_LABEL_BYTES = 32  # CK_TOKEN_INFO.label


class KeyClass(StrEnum):
    """Kinds of keys that are kept: `CKO_PRIVATE_KEY` and `CKO_SECRET_KEY`; public keys stand beside private ones."""

    PRIVATE = "private"
    SECRET = "secret"  # noqa: S105 - a kind of key


class Use(StrEnum):
    """What a key may be allowed to do: `CKA_SIGN`, ..."""

    SIGN = "sign"
    VERIFY = "verify"
    ENCRYPT = "encrypt"
    DECRYPT = "decrypt"
    WRAP = "wrap"
    UNWRAP = "unwrap"
    DERIVE = "derive"


def _short(value: str) -> str:
    if len(value.encode()) > _LABEL_BYTES:
        raise PydanticCustomError("label", "must have at most 32 bytes", {})
    return value


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pin(_Declared):
    """Where the token's PIN is: in a file that only its owner reads, or in a variable of the environment."""

    file: Annotated[str, Field(min_length=1)] | None = None
    env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _one(self) -> Pin:
        if (self.file is None) == (self.env is None):
            raise PydanticCustomError("one", "must name either a file or an env", {})
        return self


class DeclaredKey(_Declared):
    """A private or secret key. It is sensitive, private and not extractable: no declaration can relax that."""

    label: str
    id: Annotated[str, Field(pattern=r"^([0-9a-f]{2})+$")] | None = None
    kind: KeyClass = Field(default=KeyClass.PRIVATE, alias="class")
    type: Annotated[str, Field(pattern=r"^[A-Z0-9_]+$")]
    curve: str | None = None
    bits: Annotated[int, Field(ge=56, le=16384)] | None = None
    allows: Annotated[tuple[Use, ...], Field(min_length=1)]
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _sized(self) -> DeclaredKey:
        if (self.curve is None) == (self.bits is None):
            raise PydanticCustomError("one", "must say either the curve or the bits", {})
        if self.fingerprint is not None and self.kind is not KeyClass.PRIVATE:
            raise PydanticCustomError("private", "has no public key, and so no fingerprint", {})
        return self


class DeclaredToken(_Declared):
    """A token, found by its label, and by its serial number where that is given."""

    label: Annotated[str, Field(min_length=1), AfterValidator(_short)]
    serial: str | None = None
    pin: Pin | None = None
    mechanisms: tuple[Annotated[str, Field(pattern=r"^[A-Z0-9_]+$")], ...] = ()
    keys: tuple[DeclaredKey, ...] = ()

    @model_validator(mode="after")
    def _apart(self) -> DeclaredToken:
        names = [(key.kind, key.label, key.id) for key in self.keys]
        if len(set(names)) != len(names):
            raise PydanticCustomError("twice", "names a key twice", {})
        return self


class Declaration(_Declared):
    """The whole file. `module` is an absolute path, or one relative to the file."""

    schema_: Literal["cartorio.hsm/v1"] = Field(alias="schema")
    module: Annotated[str, Field(min_length=1)]
    tokens: Annotated[tuple[DeclaredToken, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Declaration:
        names = [(token.label, token.serial) for token in self.tokens]
        if len(set(names)) != len(names):
            raise PydanticCustomError("twice", "names a token twice", {})
        return self


def read(file: Path) -> Declaration:
    """The declaration in a file.

    Raises:
        UsageError: the file cannot be read, or is none; the message names every wrong place.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise UsageError(f"the declaration is larger than {_LARGEST} bytes", where=str(file))
        return Declaration.model_validate(yaml.safe_load(content.decode()))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the declaration cannot be read: {error}", where=str(file)) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError("the declaration is not YAML", where=str(file)) from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'it'}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        )
        remedy = "docs/examples/hsm.yaml shows a whole one"
        raise UsageError(f"the declaration is wrong: {wrong}", where=str(file), remedy=remedy) from error

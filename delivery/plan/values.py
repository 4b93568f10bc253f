"""Properties of an engine event -> values that may be shown: secrets masked, unknown ones said to be so, long ones cut.

How the engine writes secrets, assets and unknown values: github.com/pulumi/pulumi/sdk/v3 v3.259.0,
go/common/resource/properties.go and sig/sig.go. Masked besides what it marks as secret: what a provider is configured
with, what a Kubernetes Secret holds, and what by its name or form is a credential; one mask too many costs a reviewer
a look into the program, one too few costs the secret.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from delivery.plan.model import Value, ValueState
from delivery.plan.names import chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from delivery.plan.names import Names

LONGEST: Final = 600
"""Characters of a value's JSON that are kept."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark, no secret
_ASSETS: Final = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN: Final = re.compile(
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9|1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421|"
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a|"
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"
)
_CREDENTIAL_NAME: Final = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|kube_?config|(?:private|api|access|secret|session|"
    r"encryption|shared|account)_?-?key|secret_?(?:string|binary|value|data)|authorization|cookie|bcrypt_?hash|"
    r"connection_?string|dsn)$"
)
_CREDENTIAL: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----"
    r"|\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bhv[sb]\.[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|\bxox[abprs]-[A-Za-z0-9-]{10,}"
)
_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY[A-Z ]*)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_KUBERNETES_SECRETS: Final = frozenset({"kubernetes:core/v1:Secret", "kubernetes:core/v1:SecretPatch"})
_INTERNAL: Final = "__"
# Of what providers are configured with.
_HARMLESS: Final = frozenset({"region", "version"})
_SHORTEST_WITHHELD: Final = 8

MASKED: Final = "[secret]"


class _Mark:
    """A value that is not there."""

    def __init__(self, state: ValueState) -> None:
        self.state = state


SECRET: Final[Any] = _Mark(ValueState.SECRET)
UNKNOWN: Final[Any] = _Mark(ValueState.UNKNOWN)


def plain(type_: str, properties: Any) -> Any:  # noqa: ANN401 - JSON
    """A copy of properties in which `SECRET` and `UNKNOWN` stand for what may not or cannot be shown.

    Args:
        type_: type token of the resource that has them.
        properties: as an event has them.
    """
    if type_.startswith("pulumi:providers:"):
        shown = {name: SECRET for name in properties or {} if not name.startswith(_INTERNAL)}
        return shown | {name: properties[name] for name in _HARMLESS & shown.keys()}
    copied = _copy(properties or {}, "")
    if type_ in _KUBERNETES_SECRETS:
        for name in ("data", "stringData"):
            if name in copied:
                copied[name] = _hidden(copied[name])
    return copied


def assigned(properties: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """The names in inputs that a provider has chosen, by their paths.

    Bridged providers list the inputs that they filled in (`__defaults`), Kubernetes' annotates the object.
    """
    if not isinstance(properties, dict):
        return {}
    defaults = properties.get("__defaults")
    found = {name: properties.get(name) for name in defaults} if isinstance(defaults, list) else {}
    metadata = properties.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if (
        isinstance(metadata, dict)
        and isinstance(annotations, dict)
        and annotations.get("pulumi.com/autonamed") == "true"
    ):
        found["metadata.name"] = metadata.get("name")
    return {path: str(name) for path, name in found.items() if chosen(name)}


def value(content: Any, names: Names) -> Value:  # noqa: ANN401 - what `plain` gives
    """A value to show; one inside of which something is secret or unknown says so in its text.

    Args:
        content: the value.
        names: automatic names, which the digest of a long one leaves out.
    """
    if isinstance(content, _Mark):
        return Value(state=content.state)
    text = _clean(json.dumps(content, ensure_ascii=False, sort_keys=True, default=_marked))
    if len(text) <= LONGEST:
        return Value(text=text)
    sha256 = hashlib.sha256(names.replaced(text).encode("utf-8")).hexdigest()
    return Value(text=text[:LONGEST], sha256=sha256)


def withheld(raw: Any, shown: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The texts that `plain` has masked and the engine had not: no message may quote them either."""
    masked = shown is SECRET
    if masked and isinstance(raw, str) and len(raw) >= _SHORTEST_WITHHELD:
        yield raw
    elif isinstance(raw, dict) and _SIGNATURE not in raw and (masked or isinstance(shown, dict)):
        for key, member in raw.items():
            yield from withheld(member, SECRET if masked else shown.get(key))
    elif isinstance(raw, list) and (masked or isinstance(shown, list)):
        for index, member in enumerate(raw):
            yield from withheld(member, SECRET if masked else shown[index])


def scrub(text: str, known: Iterable[str] = ()) -> str:
    """A message without anything that has the form of a credential, or is known to be one."""
    for secret in known:
        text = text.replace(secret, MASKED)
    return _clean(_CREDENTIAL.sub(MASKED, _PEM.sub(MASKED, text)))


def _clean(text: str) -> str:
    """The text with nothing in it that UTF-8 cannot write (halves of surrogate pairs)."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _copy(content: Any, name: str) -> Any:  # noqa: ANN401, PLR0911 - JSON, one return a kind
    if isinstance(content, dict):
        signature = content.get(_SIGNATURE)
        if signature == _SECRET:
            return SECRET
        if signature in _ASSETS:
            return f"asset sha256:{content.get('hash', '')}"
        if signature == _OUTPUT:
            return (
                SECRET
                if content.get("secret")
                else _copy(content.get("value"), name)
                if "value" in content
                else UNKNOWN
            )
        if signature == _REFERENCE:
            return content.get("urn", "")
        # As in a container's environment: the name beside it says what a value is.
        named = content.get("name")
        beside = named if isinstance(named, str) and "value" in content else ""
        return {
            key: _copy(member, beside if key == "value" and beside else key)
            for key, member in content.items()
            if not key.startswith(_INTERNAL)
        }
    if isinstance(content, list):
        return [_copy(member, name) for member in content]
    if isinstance(content, str):
        if _UNKNOWN.search(content):
            return UNKNOWN
        if content and (_CREDENTIAL_NAME.search(name) or _CREDENTIAL.search(content)):
            return SECRET
    return content


def _hidden(content: Any) -> Any:  # noqa: ANN401 - JSON
    return dict.fromkeys(content, SECRET) if isinstance(content, dict) else SECRET


def _marked(mark: object) -> str:
    return "[unknown]" if mark is UNKNOWN else MASKED

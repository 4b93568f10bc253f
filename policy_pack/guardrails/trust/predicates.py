"""Predicate types that rules know by name, and what their predicates say in words that hold across versions.

- SLSA provenance: https://slsa.dev/spec/v0.2/provenance and https://slsa.dev/spec/v1.1/provenance
- SPDX: https://spdx.github.io/spdx-spec/v2.3/, CycloneDX: https://cyclonedx.org/docs/1.6/json/
- vulnerability reports: https://github.com/sigstore/cosign/blob/main/specs/COSIGN_VULN_ATTESTATION_SPEC.md (with
  results of Grype or Trivy) and https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns.md
- approvals: ours, see `docs/trust.md`

Pure. A fact that the predicate does not state plainly is left out, and then satisfies no condition; nothing is
guessed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGNATURE_TYPE: Final = "https://sigstore.dev/cosign/sign/v1"
"""What cosign 3 calls a signature; never an attestation."""
APPROVAL_TYPE: Final = "https://cartorio.digital/attestation/approval/v1"

_SLSA_02: Final = "https://slsa.dev/provenance/v0.2"
_SLSA_1: Final = "https://slsa.dev/provenance/v1"
_SPDX: Final = ("https://spdx.dev/Document", "https://spdx.dev/Document/v2.3", "https://spdx.dev/Document/v2.2")
_CYCLONEDX: Final = ("https://cyclonedx.org/bom", *(f"https://cyclonedx.org/bom/v1.{minor}" for minor in range(4, 8)))
_COSIGN_VULN: Final = "https://cosign.sigstore.dev/attestation/vuln/v1"
_INTOTO_VULNS: Final = ("https://in-toto.io/attestation/vulns/v0.1", "https://in-toto.io/attestation/vulns/v0.2")
_SEVERITIES: Final = ("critical", "high", "medium", "low", "negligible", "unknown")

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "provenance": (_SLSA_02, _SLSA_1),
    "sbom": (*_SPDX, *_CYCLONEDX),
    "spdx": _SPDX,
    "cyclonedx": _CYCLONEDX,
    "vulnerabilities": (_COSIGN_VULN, *_INTOTO_VULNS),
    "approval": (APPROVAL_TYPE,),
}


@dataclass(frozen=True, slots=True)
class PredicateType:
    """What a rule asks for: its name there, and the predicate types that are meant."""

    name: str
    types: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def parse_predicate_type(text: str) -> PredicateType:
    """Read a name (`provenance`, `sbom`, `spdx`, `cyclonedx`, `vulnerabilities`, `approval`) or a predicate type's URI.

    Raises:
        Malformed: neither; or the type of signatures, which attest nothing.
    """
    if text in _NAMES:
        return PredicateType(text, _NAMES[text])
    if text == SIGNATURE_TYPE:
        raise Malformed(f"{quoted(text)}: that is a signature; ask for it under require")
    if not text.startswith("https://") or text != text.strip():
        raise Malformed(f"{quoted(text)}: write {', '.join(_NAMES)}, or the https:// URI of a predicate type")
    return PredicateType(text, (text,))


def facts(predicate_type: str, predicate: object) -> dict[str, object]:
    """What a predicate says.

    Args:
        predicate_type: as signed.
        predicate: its parsed JSON.

    Returns:
        `predicate` as it is, `digest` (SHA-256 of its JSON with sorted keys and no spaces), `at` (the moment it speaks
        of, as text), and what its type adds: see `docs/trust.md`.
    """
    canonical = json.dumps(predicate, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    found: dict[str, object] = {"predicate": predicate, "digest": f"sha256:{hashlib.sha256(canonical).hexdigest()}"}
    read = _READERS.get(predicate_type)
    if read is not None and isinstance(predicate, dict):
        found |= {name: value for name, value in read(predicate).items() if value is not None}
    return found


def moment(found: Mapping[str, object]) -> datetime | None:
    """The time that an attestation gives for what it attests; None where it gives none, or not with its zone."""
    text = found.get("at")
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _at(value: Any, *path: str) -> Any:  # noqa: ANN401 -- any JSON value
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any, *path: str) -> str | None:  # noqa: ANN401 -- any JSON value
    found = _at(value, *path)
    return found if isinstance(found, str) and found else None


def _repository(uri: str | None) -> tuple[str | None, str | None]:
    """The repository and ref of `git+https://host/path@refs/heads/main`, as SLSA's builders write it."""
    if uri is None:
        return None, None
    address, at, ref = uri.removeprefix("git+").rpartition("@")
    if not at or ("/" in ref and not ref.startswith("refs/")):  # an @ of the address itself
        return uri.removeprefix("git+"), None
    return address, ref


def _commit(digests: Any) -> str | None:  # noqa: ANN401 -- any JSON value
    return _text(digests, "gitCommit") or _text(digests, "sha1")


def _provenance_02(predicate: dict[str, Any]) -> dict[str, object]:
    source, ref = _repository(_text(predicate, "invocation", "configSource", "uri"))
    return {
        "builder": _text(predicate, "builder", "id"),
        "build_type": _text(predicate, "buildType"),
        "source": source,
        "ref": ref,
        "commit": _commit(_at(predicate, "invocation", "configSource", "digest")),
        "parameters": _at(predicate, "invocation", "parameters"),
        "at": _text(predicate, "metadata", "buildFinishedOn") or _text(predicate, "metadata", "buildStartedOn"),
    }


def _provenance_1(predicate: dict[str, Any]) -> dict[str, object]:
    """Source, ref and commit are those of GitHub's build type, else of the only git dependency."""
    definition, run = _at(predicate, "buildDefinition"), _at(predicate, "runDetails")
    parameters = _at(definition, "externalParameters")
    source, ref = _text(parameters, "workflow", "repository"), _text(parameters, "workflow", "ref")
    dependencies = _at(definition, "resolvedDependencies")
    listed = dependencies if isinstance(dependencies, list) else []
    git = [entry for entry in listed if (_text(entry, "uri") or "").startswith("git+")]
    commit = None
    if len(git) == 1:
        listed_source, listed_ref = _repository(_text(git[0], "uri"))
        if source is None:
            source, ref = listed_source, listed_ref
        if source == listed_source:
            commit = _commit(_at(git[0], "digest"))
    return {
        "builder": _text(run, "builder", "id"),
        "build_type": _text(definition, "buildType"),
        "source": source,
        "ref": ref,
        "commit": commit,
        "parameters": parameters,
        "at": _text(run, "metadata", "finishedOn") or _text(run, "metadata", "startedOn"),
    }


def _spdx(predicate: dict[str, Any]) -> dict[str, object]:
    packages = predicate.get("packages")
    return {
        "id": _text(predicate, "documentNamespace"),
        "format": "spdx",
        "version": _text(predicate, "spdxVersion"),
        "packages": len(packages) if isinstance(packages, list) else None,
        "at": _text(predicate, "creationInfo", "created"),
    }


def _cyclonedx(predicate: dict[str, Any]) -> dict[str, object]:
    components = predicate.get("components")
    return {
        "id": _text(predicate, "serialNumber"),
        "format": "cyclonedx",
        "version": _text(predicate, "specVersion"),
        "packages": len(components) if isinstance(components, list) else None,
        "at": _text(predicate, "metadata", "timestamp"),
    }


def _vulnerabilities(predicate: dict[str, Any]) -> dict[str, object]:
    scanner = _at(predicate, "scanner")
    counts = _counts(_at(scanner, "result"))
    return {
        "scanner": _text(scanner, "uri"),
        "scanner_version": _text(scanner, "version"),
        "database": _text(scanner, "db", "version"),
        "sbom": _text(predicate, "invocation", "parameters", "sbom") or _text(scanner, "result", "sbom"),
        "at": _text(predicate, "metadata", "scanFinishedOn"),
        **(counts or {}),
    }


def _counts(result: Any) -> dict[str, object] | None:  # noqa: ANN401 -- any JSON value
    """How many findings of each severity; None for a result of a kind that is not known, which then proves nothing."""
    if isinstance(result, list):  # in-toto: one entry a vulnerability
        named = [_worst(entry) for entry in result]
    elif isinstance(_at(result, "matches"), list):  # Grype
        named = [_text(entry, "vulnerability", "severity") for entry in result["matches"]]
    elif isinstance(_at(result, "Results"), list):  # Trivy
        lists = [_at(target, "Vulnerabilities") or [] for target in result["Results"]]
        if not all(isinstance(entries, list) for entries in lists):
            return None
        named = [_text(entry, "Severity") for entries in lists for entry in entries]
    else:
        return None
    severities = [(name or "unknown").casefold() for name in named]
    if set(severities) - set(_SEVERITIES):
        return None
    counts: dict[str, object] = {severity: severities.count(severity) for severity in _SEVERITIES}
    return counts | {"total": len(severities)}


def _worst(entry: Any) -> str | None:  # noqa: ANN401 -- any JSON value
    given = _at(entry, "severity")
    scores = [(_text(one, "score") or "").casefold() for one in given] if isinstance(given, list) else []
    return next((severity for severity in _SEVERITIES if severity in scores), None)


def _approval(predicate: dict[str, Any]) -> dict[str, object]:
    return {
        "approver": _text(predicate, "approver"),
        "decision": _text(predicate, "decision"),
        "environment": _text(predicate, "environment"),
        "change": _text(predicate, "change"),
        "at": _text(predicate, "approvedAt"),
    }


_READERS: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, object]]]] = {
    _SLSA_02: _provenance_02,
    _SLSA_1: _provenance_1,
    **dict.fromkeys(_SPDX, _spdx),
    **dict.fromkeys(_CYCLONEDX, _cyclonedx),
    **dict.fromkeys((_COSIGN_VULN, *_INTOTO_VULNS), _vulnerabilities),
    APPROVAL_TYPE: _approval,
}

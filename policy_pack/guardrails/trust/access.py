"""How registries are reached from here, as the environment says; read once, every mistake reported at once.

| variable | what it says |
|---|---|
| CARTORIO_REGISTRY_MIRRORS | `registry=url,...`: where registries are read instead (`mirrors`) |
| CARTORIO_SIGNATURE_REPOSITORIES | `pattern=repository,...`: where their signatures are kept |
| CARTORIO_TOKEN_SERVICES | `registry=host[:port],...`: token services that are not at their registry's own name |
| CARTORIO_REGISTRY_CA | a PEM file of private CAs, believed beside the system's |
| CARTORIO_EVIDENCE_CACHE | the folder of the evidence cache, or `off`; `~/.cache/cartorio/evidence` unless given |
| CARTORIO_IMAGE_RECORD | in a rehearsal, the file that says which images are signed and not there (`recorded`) |
| DOCKER_CONFIG | the folder of Docker's `config.json`; `~/.docker` unless given |

CARTORIO_SIGNATURE_REPOSITORIES is what cosign's COSIGN_REPOSITORY is, for images by pattern.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, TrustPolicyError, quoted
from guardrails.trust.mirrors import VARIABLE, Mirrors
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.recorded import Recorded, read_record
from guardrails.trust.reference import Reference, parse_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from guardrails.trust.reference import Repository

SIGNATURES: Final = "CARTORIO_SIGNATURE_REPOSITORIES"
SERVICES: Final = "CARTORIO_TOKEN_SERVICES"
AUTHORITIES: Final = "CARTORIO_REGISTRY_CA"
CACHE: Final = "CARTORIO_EVIDENCE_CACHE"

_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Access:
    """What reaching registries depends on beside the policy.

    Attributes:
        mirrors: where registries really are.
        signatures: by pattern of images, the repository that has their signatures; the most specific pattern wins.
        services: by registry (`host[:port]`), the token services that credentials may be sent to.
        authorities: a PEM file of CAs, or None.
        cache: the folder of the evidence cache, or None for no cache.
        docker_config: Docker's configuration file; it may be absent.
        recorded: the images of a rehearsal that are signed and not there.
    """

    mirrors: Mirrors = field(default_factory=Mirrors)
    signatures: Mapping[RepositoryPattern, Repository] = field(default_factory=dict)
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    authorities: Path | None = None
    cache: Path | None = None
    docker_config: Path | None = None
    recorded: Recorded = field(default_factory=Recorded)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Access:
        """Read the variables above.

        Raises:
            TrustPolicyError: with every malformed entry of every variable.
        """
        problems: list[str] = []
        mirrors = Mirrors()
        try:
            mirrors = Mirrors.parse(environment.get(VARIABLE, ""))
        except TrustPolicyError as error:
            problems.extend(error.problems)
        signatures: dict[RepositoryPattern, Repository] = {}
        for name, value in _pairs(environment, SIGNATURES, problems):
            try:
                _add_signatures(signatures, name, value)
            except Malformed as error:
                problems.append(f"environment variable {SIGNATURES}: {error}")
        services: defaultdict[str, set[str]] = defaultdict(set)
        for name, value in _pairs(environment, SERVICES, problems):
            try:
                services[parse_domain(name)].add(parse_domain(value))
            except Malformed as error:
                problems.append(f"environment variable {SERVICES}: {error}")
        authorities = Path(environment[AUTHORITIES]) if environment.get(AUTHORITIES) else None
        if authorities is not None and not authorities.is_file():
            problems.append(f"environment variable {AUTHORITIES}: {quoted(str(authorities))} is not a file")
        recorded = Recorded()
        try:
            recorded = read_record(environment)
        except TrustPolicyError as error:
            problems.extend(error.problems)
        home = Path(environment.get("HOME") or "/nonexistent")
        if problems:
            raise TrustPolicyError(problems)
        return cls(
            mirrors,
            signatures,
            {name: frozenset(found) for name, found in services.items()},
            authorities,
            _cache(environment, home),
            Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json",
            recorded,
        )

    def signatures_of(self, repository: Repository) -> Repository:
        """The repository that has the signatures of another's images: itself, unless configured."""
        covering = [pattern for pattern in self.signatures if pattern.covers(repository)]
        nearest = max(covering, key=lambda pattern: pattern.specificity, default=None)
        return repository if nearest is None else self.signatures[nearest]


def _cache(environment: Mapping[str, str], home: Path) -> Path | None:
    named = environment.get(CACHE)
    if named == _OFF:
        return None
    if named:
        return Path(named)
    if not home.is_dir():  # a process without a home keeps nothing
        return None
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "cartorio" / "evidence"


def _pairs(environment: Mapping[str, str], variable: str, problems: list[str]) -> Iterator[tuple[str, str]]:
    for entry in filter(None, (part.strip() for part in environment.get(variable, "").split(","))):
        name, equals, value = entry.partition("=")
        if equals:
            yield name.strip(), value.strip()
        else:
            problems.append(f"environment variable {variable}: {quoted(entry)}: write <name>=<value>")


def _add_signatures(found: dict[RepositoryPattern, Repository], pattern: str, repository: str) -> None:
    images = RepositoryPattern.parse(pattern)
    if images in found:
        raise Malformed(f"{images} appears twice")
    reference = Reference.parse(repository)
    if reference.tag is not None or reference.digest is not None:
        raise Malformed(f"{quoted(repository)} is not a repository: it has a tag or digest")
    found[images] = reference.repository

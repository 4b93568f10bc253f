"""The catalogue in Portuguese, for auditors: what each rule asks, why in a sentence, what to do.

The texts are in `pt-BR.yaml`. Only documents and reports read it, never a preview. A rule without a text there is
shown in English, and says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardrails import strict_yaml
from guardrails.model import Enforcement, Profile, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from guardrails.model import Policy

FILE: Final = Path(__file__).with_name("pt-BR.yaml")
"""The texts."""

SEVERITIES: Final = {
    Severity.LOW: "baixa",
    Severity.MEDIUM: "média",
    Severity.HIGH: "alta",
    Severity.CRITICAL: "crítica",
}
ENFORCEMENTS: Final = {
    Enforcement.DISABLED: "não se aplica",
    Enforcement.ADVISORY: "recomendação",
    Enforcement.MANDATORY: "obrigatória",
}

_KEYS: Final = {"title", "why", "remedy", "of"}
_INTRODUCTION: Final = """\
# Regras da plataforma

<!-- Gerado por `python -m guardrails.docgen` do catálogo e de policy_pack/guardrails/pt-BR.yaml; não edite. -->

Resumo, para auditoria, das regras a que o pacote `policy_pack` submete todo recurso da plataforma, seja declarado no
programa, contido em release do Helm ou aplicado pelo Flux. O texto completo, com exemplos, está em
[policies.md](policies.md), em inglês, que prevalece em caso de divergência.

Cada regra *dá suporte* aos controles que cita; nenhuma assegura, por si só, a conformidade com eles. O perfil é o de
`cartorio:profile` no arquivo do ambiente: `local` (máquina de desenvolvimento), `staging` (homologação) ou `producao`;
sem perfil, vale o de produção. Violação de regra *obrigatória* impede a implantação antes que algo seja alterado;
*recomendação* é apenas exibida. Exceções constam de `policy_pack/exemptions.yaml`, com motivo, responsável, chamado e
termo de no máximo 90 dias, e toda execução exibe as que usou.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """What is said of a rule in Portuguese.

    Args:
        title: the requirement in a sentence.
        why: the rationale in a sentence.
        remedy: what to do about a violation.
        of: the fingerprint of the English text that it was made of.
    """

    title: str
    why: str
    remedy: str
    of: str


def fingerprint(policy: Policy) -> str:
    """What tells one English text of a rule from another."""
    text = f"{policy.title}\0{policy.rationale}\0{policy.remediation}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def texts(file: Path = FILE) -> Mapping[str, Text]:
    """The texts by rule.

    Raises:
        ValueError: the file is not what it should be; the message has file and rule.
    """
    try:
        content = strict_yaml.document(file.read_text(encoding="utf-8"))
    except strict_yaml.StrictYamlError as error:
        raise ValueError(f"{file.name}: {error}") from error
    found = {}
    for rule, entry in content.items():
        if not isinstance(entry, dict) or set(entry) != _KEYS or not all(isinstance(v, str) for v in entry.values()):
            raise ValueError(f"{file.name}: {rule} needs exactly the texts {', '.join(sorted(_KEYS))}")
        found[rule] = Text(**entry)
    return found


def complaints(catalogue: Sequence[Policy], known: Mapping[str, Text]) -> Iterator[str]:
    """What a person has to do about the texts, one line a rule."""
    for policy in catalogue:
        text, now = known.get(policy.id), fingerprint(policy)
        if text is None:
            yield f"{FILE.name}: {policy.id} has no Portuguese text; add one with `of: '{now}'`"
        elif text.of != now:
            yield f"{FILE.name}: {policy.id} says another thing in English now; read it again, then set `of: '{now}'`"
    ids = {policy.id for policy in catalogue}
    for rule in known:
        if rule not in ids:
            yield f"{FILE.name}: there is no rule {rule}; take its text away"


def page(catalogue: Sequence[Policy], known: Mapping[str, Text]) -> str:
    """The page for auditors."""
    return "\n".join(_lines(catalogue, known)) + "\n"


def _lines(catalogue: Sequence[Policy], known: Mapping[str, Text]) -> Iterator[str]:
    yield _INTRODUCTION
    areas: dict[str, list[Policy]] = {}
    for policy in catalogue:
        areas.setdefault(policy.id.partition("/")[0], []).append(policy)
    yield f"São {len(catalogue)} regras:"
    yield ""
    yield "| área | regras | obrigatórias em produção |"
    yield "|---|---|---|"
    for area, policies in areas.items():
        mandatory = sum(one.enforcement[Profile.PRODUCAO] is Enforcement.MANDATORY for one in policies)
        yield f"| [{area}](#{area}) | {len(policies)} | {mandatory} |"
    for area, policies in areas.items():
        yield f"\n## {area}"
        for policy in policies:
            yield ""
            yield from _entry(policy, known.get(policy.id))


def _entry(policy: Policy, text: Text | None) -> Iterator[str]:
    yield f"### {policy.id}"
    yield ""
    if text is None:
        yield f"**{policy.title}.** {policy.rationale} *(ainda sem tradução)*"
    else:
        yield f"**{text.title}.** {text.why}"
    yield ""
    yield f"- Gravidade: {SEVERITIES[policy.severity]}"
    yield "- Aplicação: " + "; ".join(
        f"{ENFORCEMENTS[policy.enforcement[profile]]} em `{profile}`" for profile in Profile
    )
    yield f"- Providência: {text.remedy if text else policy.remediation}"
    if policy.controls:
        controls = (f"[{one.framework} {one.version}]({one.source_url}), {one.ref}" for one in policy.controls)
        yield f"- Dá suporte a: {'; '.join(controls)}"

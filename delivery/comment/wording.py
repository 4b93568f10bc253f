"""What a comment says, in the languages that reviewers read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from delivery.plan.model import Operation


class Language(StrEnum):
    """The languages."""

    ENGLISH = "en"
    PORTUGUESE = "pt-BR"


@dataclass(frozen=True)
class Wording:
    """The words of one language; `{...}` is filled in."""

    operations: dict[Operation, str]
    nothing: str
    resolved: str
    changes: str
    refused: str
    incomplete: str
    lab: str
    unjudged: str
    destructive: str
    unprotected: str
    unprotected_why: str
    mandatory: str
    advisory: str
    errors: str
    warnings: str
    exemptions: str
    images: str
    operation: str
    resource: str
    why: str
    because: str
    depends: str
    gone: str
    protected: str
    rule: str
    reason: str
    remedy: str
    source: str
    unchanged: str
    owner: str
    expires: str
    image: str
    verdict: str
    signers: str
    secret: str
    unknown: str
    left_out: str
    more_rows: str
    whole: str
    footer: str
    digest: str
    details: str


ENGLISH: Final = Wording(
    operations={
        Operation.CREATE: "create",
        Operation.UPDATE: "update",
        Operation.REPLACE: "replace",
        Operation.DELETE: "delete",
        Operation.IMPORT: "import",
    },
    nothing="nothing to change",
    resolved="Resolved: the program and what is there are the same, and no policy objects.",
    changes="{count} to change",
    refused="refused by policy",
    incomplete="The preview did not come to its end: more might change than is told here.",
    lab="Previewed in the lab, from nothing: what the program is, not what would change of what is there.",
    unjudged="No policy pack has judged this: nobody knows whether it may be done.",
    destructive="Deleted or replaced: {count}. What they hold goes with them.",
    unprotected="Protection against deletion is lifted: {count}.",
    unprotected_why="the next update may delete it",
    mandatory="Refused by policy ({count})",
    advisory="Advice of policies ({count})",
    errors="Errors ({count})",
    warnings="Warnings ({count})",
    exemptions="Exemptions used ({count})",
    images="Images ({count})",
    operation="operation",
    resource="resource",
    why="why",
    because="changes of {keys} replace it",
    depends="something it depends on is replaced",
    gone="the program does not declare it any more",
    protected="**protected: the engine refuses**",
    rule="rule",
    reason="reason",
    remedy="remedy",
    source="declared at",
    unchanged="unchanged",
    owner="decided by",
    expires="until",
    image="image",
    verdict="signatures",
    signers="signed by",
    secret="[secret]",  # noqa: S106 - shown in place of one
    unknown="[known after the update]",
    left_out="Left out for lack of space: {count} resources in {groups} components.",
    more_rows="{count} more.",
    whole="The whole plan",
    footer="previewed {at} by {by} with Pulumi {engine}",
    digest="digest",
    details="Changes by component",
)
PORTUGUESE: Final = Wording(
    operations={
        Operation.CREATE: "criar",
        Operation.UPDATE: "alterar",
        Operation.REPLACE: "substituir",
        Operation.DELETE: "excluir",
        Operation.IMPORT: "importar",
    },
    nothing="nada a mudar",
    resolved="Resolvido: o programa e o que existe são iguais, e nenhuma política se opõe.",
    changes="{count} a mudar",
    refused="recusado por política",
    incomplete="A prévia não chegou ao fim: pode mudar mais do que consta aqui.",
    lab="Prévia no laboratório, a partir do nada: o que o programa é, não o que mudaria do que existe.",
    unjudged="Nenhum pacote de políticas julgou isto: não se sabe se pode ser feito.",
    destructive="Excluídos ou substituídos: {count}. O que eles guardam vai junto.",
    unprotected="A proteção contra exclusão é retirada: {count}.",
    unprotected_why="a próxima atualização poderá excluí-lo",
    mandatory="Recusado por política ({count})",
    advisory="Recomendações de políticas ({count})",
    errors="Erros ({count})",
    warnings="Avisos ({count})",
    exemptions="Isenções usadas ({count})",
    images="Imagens ({count})",
    operation="operação",
    resource="recurso",
    why="por quê",
    because="mudanças em {keys} obrigam a substituí-lo",
    depends="algo de que ele depende é substituído",
    gone="o programa não o declara mais",
    protected="**protegido: o motor recusa**",
    rule="regra",
    reason="motivo",
    remedy="o que fazer",
    source="declarado em",
    unchanged="sem mudança",
    owner="decidido por",
    expires="até",
    image="imagem",
    verdict="assinaturas",
    signers="assinada por",
    secret="[segredo]",  # noqa: S106 - shown in place of one
    unknown="[conhecido após a atualização]",
    left_out="Omitidos por falta de espaço: {count} recursos em {groups} componentes.",
    more_rows="mais {count}.",
    whole="O plano completo",
    footer="prévia de {at} por {by} com Pulumi {engine}",
    digest="digest",
    details="Mudanças por componente",
)
WORDINGS: Final = {Language.ENGLISH: ENGLISH, Language.PORTUGUESE: PORTUGUESE}

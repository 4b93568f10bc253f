"""What looks like personal data in telemetry, and the collector's statements that mask it.

LGPD art. 6 III: no more data than the purpose needs.

Statements: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/transformprocessor in
https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/ottl. Expressions are RE2's, which has
no look-around: a neighbour that is not a digit is matched and put back. Two numbers may share it, so every expression
with neighbours is applied twice. More is masked than is personal: any eleven digits might be a CPF. Pure.

A CNPJ has letters since July 2026 (Instrução Normativa RFB 2.229/2024).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Mask:
    """One kind of personal data.

    Attributes:
        name: what it is.
        expression: matches it, in RE2's syntax.
        replacement: what stands there then; `$1` is the first group.
        passes: how often it is applied.
    """

    name: str
    expression: str
    replacement: str
    passes: int = 1


_WITH_NEIGHBOURS = "$1[{}]$2"
MASKS: Final = (
    # Before the numbers: an address may hold one.
    Mask("e-mail", r"""[^\s@<>"'(),;:=/?&]+(@|%40)[^\s@<>"'(),;:=/?&]+[.][^\s@<>"'(),;:=/?&]+""", "[e-mail]"),
    Mask("CNPJ", r"[0-9A-Za-z]{2}[.][0-9A-Za-z]{3}[.][0-9A-Za-z]{3}(/|%2[Ff])[0-9A-Za-z]{4}-[0-9]{2}", "[CNPJ]"),
    Mask(
        "CNPJ",
        r"(^|[^0-9])[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2}([^0-9]|$)",
        _WITH_NEIGHBOURS.format("CNPJ"),
        passes=2,
    ),
    Mask("CNPJ", r"(^|[^0-9A-Za-z])[0-9A-Z]{12}[0-9]{2}([^0-9A-Za-z]|$)", _WITH_NEIGHBOURS.format("CNPJ"), passes=2),
    Mask(
        "CPF",
        r"(^|[^0-9])[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}([^0-9]|$)",
        _WITH_NEIGHBOURS.format("CPF"),
        passes=2,
    ),
)


def processor(attributes: tuple[str, ...]) -> dict[str, Any]:
    """Configuration of the transform processor.

    Args:
        attributes: those that are removed everywhere.
    """
    resource = {"context": "resource", "statements": _removals("resource.attributes", attributes)}

    def within(context: str, *texts: str) -> dict[str, Any]:
        values = f"{context}.attributes"
        return {
            "context": context,
            "statements": [
                *_removals(values, attributes),
                *(statement for text in texts for statement in _masked(text)),
                # What is nested is made flat, so that no depth hides anything.
                f"flatten({values})",
                *_all_masked(values),
            ],
        }

    body = [
        "flatten(log.body) where IsMap(log.body)",
        *(f"{statement} where IsMap(log.body)" for statement in _all_masked("log.body")),
        # A list is kept as the text that it is written as.
        "set(log.body, String(log.body)) where IsList(log.body)",
        *(f"{statement} where IsString(log.body)" for statement in _masked("log.body")),
    ]
    logs = within("log")
    return {
        # What cannot be masked goes no further.
        "error_mode": "propagate",
        "log_statements": [resource, {**logs, "statements": [*body, *logs["statements"]]}],
        "trace_statements": [
            resource,
            within("span", "span.name", "span.status.message"),
            within("spanevent", "spanevent.name"),
        ],
        "metric_statements": [resource, within("datapoint")],
    }


def _removals(values: str, attributes: tuple[str, ...]) -> list[str]:
    return [f"delete_key({values}, {json.dumps(attribute)})" for attribute in attributes]


def _masked(text: str) -> list[str]:
    return [
        f"replace_pattern({text}, {_literal(mask.expression)}, {_literal(mask.replacement)})"
        for mask in MASKS
        for _ in range(mask.passes)
    ]


def _all_masked(values: str) -> list[str]:
    return [
        f'replace_all_patterns({values}, "value", {_literal(mask.expression)}, {_literal(mask.replacement)})'
        for mask in MASKS
        for _ in range(mask.passes)
    ]


def _literal(text: str) -> str:
    """A string of the statements' language, in a file in which `$` begins a variable unless it is doubled."""
    return json.dumps(text).replace("$", "$$")

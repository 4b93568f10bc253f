"""The expressions on generated numbers and addresses, applied as the collector applies its statements."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.observability.masking import MASKS, processor

_DIGIT = st.sampled_from("0123456789")
_ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Nd", "Cs")), max_size=12)


def _digits(number: int) -> st.SearchStrategy[str]:
    return st.text(_DIGIT, min_size=number, max_size=number)


def mask(text: str) -> str:
    """What the statements do: the same expressions in the same order, as often."""
    for one in MASKS:
        for _ in range(one.passes):
            # RE2's classes are those of ASCII.
            text = re.sub(one.expression, re.sub(r"\$(\d)", r"\\g<\1>", one.replacement), text, flags=re.ASCII)
    return text


@st.composite
def cpfs(draw: st.DrawFn) -> str:
    number = draw(_digits(11))
    dot, dash = draw(st.sampled_from([("", ""), (".", "-"), (" ", "-"), (".", ""), (" ", " ")]))
    return f"{number[:3]}{dot}{number[3:6]}{dot}{number[6:9]}{dash}{number[9:]}"


@st.composite
def cnpjs(draw: st.DrawFn) -> str:
    body = draw(st.text(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=12, max_size=12))
    check = draw(_digits(2))
    if draw(st.booleans()):
        return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:]}-{check}"
    return f"{body}{check}"


@st.composite
def addresses(draw: st.DrawFn) -> str:
    part = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzáçõ0123456789._+-"), min_size=1, max_size=12)
    label = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-"), min_size=1, max_size=8)
    return f"{draw(part)}{draw(st.sampled_from(['@', '%40']))}{draw(label)}.{draw(label)}"


_SEPARATORS = st.sampled_from([" ", ",", ";", "|", "\n", '"', "_", "/", "=", "cpf"])


@given(_ANY, cpfs(), _ANY)
@example("cpf_", "12345678901", "_x")
@example("", "123.456.789-09", "")
def test_no_cpf_is_left(before: str, number: str, after: str) -> None:
    assert number not in mask(f"{before}{number}{after}")


@given(st.lists(cpfs(), min_size=2, max_size=6), _SEPARATORS)
@example(["12345678901", "12345678902", "12345678903"], ",")
def test_numbers_that_share_a_neighbour_are_all_masked(numbers: list[str], separator: str) -> None:
    masked = mask(separator.join(numbers))
    assert not any(number in masked for number in numbers)


@given(cnpjs(), _SEPARATORS)
@example("12ABC34501DE35", " ")
@example("12.ABC.345/01DE-35", "x")
def test_no_cnpj_is_left(number: str, separator: str) -> None:
    neighbour = separator if "." in number else " "
    masked = mask(f"a{neighbour}{number}{neighbour}{number}{neighbour}b")
    assert number not in masked


@given(_ANY, addresses(), st.sampled_from(["", " ", '"', ">", ",", ")"]))
@example("", "joão.silva%40cartorio.example", "&x=1")
def test_no_address_is_left(before: str, address: str, after: str) -> None:
    assert address not in mask(f"{before}{address}{after}")


@pytest.mark.parametrize(
    "text",
    [
        "GET /v1/atos/8213 took 231 ms",
        "2026-11-25T13:11:25.123456Z level=info",
        "1764076345123",  # milliseconds
        "trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
        "registry.cartorio.internal/cartorio/api@sha256:" + "a" * 64,
        "10.20.31.4:8080",
    ],
)
def test_what_explains_a_fault_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_named_attributes_go_wherever_they_are() -> None:
    config = processor(("user.email", "client.address"))
    for signal in ("log_statements", "trace_statements", "metric_statements"):
        for block in config[signal]:
            values = f"{block['context']}.attributes"
            assert f'delete_key({values}, "user.email")' in block["statements"]
            assert f'delete_key({values}, "client.address")' in block["statements"]


def test_everything_that_holds_text_is_masked_and_what_fails_goes_no_further() -> None:
    config = processor(("user.email",))
    assert config["error_mode"] == "propagate"
    text = {
        block["context"]: "\n".join(block["statements"])
        for signal in ("log_statements", "trace_statements", "metric_statements")
        for block in config[signal]
    }
    for context in ("log", "span", "spanevent", "datapoint"):
        assert text[context].count(f'replace_all_patterns({context}.attributes, "value"') == 8
        # What is nested is made flat before, or its texts would be passed over.
        assert text[context].index(f"flatten({context}.attributes)") < text[context].index(
            f"replace_all_patterns({context}.attributes"
        )
    for place in ("log.body", "span.name", "span.status.message", "spanevent.name"):
        assert text[place.split(".")[0]].count(f"replace_pattern({place},") == 8


def test_a_dollar_sign_is_one_after_the_collector_has_read_its_file() -> None:
    statements = [line for block in processor(("x",))["log_statements"] for line in block["statements"]]
    assert any("$$1[CPF]$$2" in line for line in statements)
    assert not any(re.search(r"(?<!\$)\$(?!\$)", line) for line in statements)

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import keys
from guardrails.trust.checkpoints import verify_checkpoint
from guardrails.trust.errors import Malformed
from guardrails.trust.trust_root import Log, Window
from tests.support.sigstore_instance import b64

PRIVATE, WITNESS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
ID, ROOT = b"log!" + bytes(28), b"r" * 32
LOG = Log(ID, keys.accepted(PRIVATE.public_key()), Window(datetime(2024, 1, 1, tzinfo=UTC), None))
HEAD = f"log.example\n7\n{b64(ROOT)}\n"


def line(
    name: str = "log.example", hint: bytes = ID[:4], head: str = HEAD, private: Ed25519PrivateKey = PRIVATE
) -> str:
    return f"\u2014 {name} {b64(hint + private.sign(head.encode()))}\n"


@pytest.mark.parametrize(
    "note",
    [
        HEAD + "\n" + line(),
        HEAD + "\n" + line("witness.example", b"wit!", private=WITNESS) + line(),
        HEAD + "\n" + line() + line("witness.example", b"wit!", private=WITNESS),
        HEAD + "\n" + line(private=WITNESS) + line(),
        HEAD + "more\n\n" + line(head=HEAD + "more\n"),
        f"log.example - 42\n7\n{b64(ROOT)}\n\n" + line(head=f"log.example - 42\n7\n{b64(ROOT)}\n"),
    ],
)
def test_the_log_s_own_word_counts_wherever_it_stands(note: str) -> None:
    verify_checkpoint(note, LOG, 7, ROOT)


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("", "not a signed note"),
        (HEAD, "not a signed note"),
        (HEAD + "\n" + line().rstrip("\n"), "not a signed note"),
        (HEAD + "\n\n", "not signed by the log"),
        (HEAD + "\n" + line("other.example"), "not signed by the log"),
        (HEAD + "\n" + line(hint=b"else"), "not signed by the log"),
        (HEAD + "\n" + line(private=WITNESS), "not signed by the log"),
        (HEAD + "\n" + line(head=HEAD + "x"), "not signed by the log"),
        (f"log.example\n7\n\n{line()}", "lacks origin, size or root"),
        (f"\n7\n{b64(ROOT)}\n\n{line()}", "lacks origin, size or root"),
        (f"log.example\n8\n{b64(ROOT)}\n\n{line()}", "another size"),
        (f"log.example\n07\n{b64(ROOT)}\n\n{line()}", "another size"),
        (f"log.example\n7\n{b64(b'x' * 32)}\n\n{line()}", "another root"),
        (f"log.example\n7\n???\n\n{line()}", "root hash is not base64"),
        (HEAD + "x\n" * 10_000 + "\n" + line(), "not a signed note"),
    ],
)
def test_anything_else_does_not(note: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        verify_checkpoint(note, LOG, 7, ROOT)


@given(st.text(max_size=80) | st.text(max_size=40).map(lambda text: HEAD + "\n" + text + "\n"))
def test_any_text_is_refused(note: str) -> None:
    with pytest.raises(Malformed):
        verify_checkpoint(note, LOG, 7, ROOT)

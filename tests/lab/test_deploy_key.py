"""Whether the lab's KMS can sign releases, which decides how `make up` begins."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from lab import deploy as module
from lab.errors import LabError
from lab.kms import client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.lab import RunningLab

KEY = "alias/cartorio-local-release-signing"


class TestSigningKey:
    """Whether the lab's KMS can sign."""

    @pytest.fixture
    def variables(self, lab: RunningLab) -> dict[str, str]:
        """The lab's environment, in an AWS account of the test's own: its keys are nobody else's."""
        role = f"arn:aws:iam::{uuid.uuid4().int % 10**12:012d}:role/tests"
        got = lab.aws("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
        return {
            **lab.environment(),
            "AWS_ACCESS_KEY_ID": got["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": got["SecretAccessKey"],
        }

    @staticmethod
    def make(variables: Mapping[str, str], alias: str = KEY) -> tuple[Any, str]:
        """A signing key under an alias; the client and the key's id."""
        kms = client(variables)
        key = str(kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"])
        kms.create_alias(AliasName=alias, TargetKeyId=key)
        return kms, key

    def test_none_at_first_then_one_that_signs(self, variables: dict[str, str]) -> None:
        assert module._signing_key_exists(variables) is False
        self.make(variables, "alias/cartorio-staging-release-signing")
        assert module._signing_key_exists(variables) is False
        self.make(variables)
        assert module._signing_key_exists(variables) is True

    def test_a_disabled_key_does_not_sign_until_it_is_enabled(self, variables: dict[str, str]) -> None:
        kms, key = self.make(variables)
        kms.disable_key(KeyId=key)
        assert module._signing_key_exists(variables) is False
        kms.enable_key(KeyId=key)
        assert module._signing_key_exists(variables) is True

    def test_a_key_that_is_about_to_be_deleted_does_not_sign(self, variables: dict[str, str]) -> None:
        kms, key = self.make(variables)
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        assert module._signing_key_exists(variables) is False

    def test_the_engineer_s_own_configuration_does_not_matter(
        self, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        self.make(variables)
        (tmp_path / "config").write_text("[profile producao]\nregion = us-east-1\nbroken")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_PROFILE", "absent")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert module._signing_key_exists(variables) is True


def _variables(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "sa-east-1",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
    }


def test_a_cloud_that_is_down_is_an_error_and_not_a_missing_key() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(LabError, match="KMS does not answer: Could not connect") as caught:
            module._signing_key_exists(_variables(port))
    assert caught.value.where == f"http://127.0.0.1:{port}"
    assert caught.value.exit_code == 3
    assert "cartorio lab status" in str(caught.value.remedy)


@contextmanager
def refusing(code: str) -> Iterator[int]:
    """A KMS that answers every request with an error; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"__type": code, "message": "not you"}).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_an_answer_that_is_no_answer_is_an_error_and_not_a_missing_key() -> None:
    with (
        refusing("AccessDeniedException") as port,
        pytest.raises(LabError, match=r"KMS does not tell its keys: .*AccessDeniedException.*not you"),
    ):
        module._signing_key_exists(_variables(port))
    with refusing("NotFoundException") as port:
        assert module._signing_key_exists(_variables(port)) is False

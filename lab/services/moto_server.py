"""moto's server on loopback, with `MessageType=DIGEST` and replicas in KMS: `python moto_server.py PORT`.

moto 5.2 hashes whatever it is given to sign; AWS signs a digest as it is, and cosign sends digests. Some private places
of moto are patched, and the start fails with a clear message once they have moved:
`KmsResponse.sign`/`verify`, which know the message type but do not pass it on, and the two key classes' choice of hash.
https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#KMS-Sign-request-MessageType
A replica of a multi-Region key shares its primary's aliases, grants and kind in moto, which are its own in AWS:
`KmsBackend.replicate_key` parts them.
"""

from __future__ import annotations

import contextvars
import copy
import functools
import hashlib
import importlib.metadata
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from moto import settings
from moto.core.exceptions import JsonRESTError
from moto.kms import models, responses
from moto.kms import utils as keys
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_ECDSA_HASH = "_ECDSAPrivateKey__hash_algorithm"
_RSA_HASH = "_RSAPrivateKey__padding_and_hash_algorithm"

# Whether the request of this thread carries a digest.
_digest: contextvars.ContextVar[bool] = contextvars.ContextVar("digest", default=False)


class SeamError(Exception):
    """moto is no longer built as this module expects."""


def patch() -> None:
    """Teach this process's moto `MessageType=DIGEST`.

    Raises:
        SeamError: a patched place has moved, or the result does not verify.
    """
    _replace(keys.ECDSAPrivateKey, _ECDSA_HASH, _prehashed)
    _replace(keys.RSAPrivateKey, _RSA_HASH, _prehashed_with_padding)
    for name in ("sign", "verify"):
        _replace(responses.KmsResponse, name, _with_message_type)
    _replace(models.KmsBackend, "replicate_key", independent)
    _check()


class _Handler(MotoRequestHandler):
    """Logs requests plainly, and not those that only ask whether the server is there."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if not self.path.startswith("/moto-api/"):
            self.log_message('"%s" %s %s', self.requestline, code, size)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def main() -> None:
    """Serve until told to end."""
    port = int(sys.argv[1])
    # moto reads it when IAM is first asked for anything. AWS's own policies (`arn:aws:iam::aws:policy/...`) can then be
    # attached as in a real account, for 0.1 s and 14 MB.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    # Certificates are issued as soon as they are looked at; moto's own delay of a minute stands for nothing of AWS's.
    settings.ACM_VALIDATION_WAIT = 0
    patch()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=_Handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    server.serve_forever()


def _replace(owner: type, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    original = owner.__dict__.get(name)
    if original is None:
        raise SeamError(
            f"moto {importlib.metadata.version('moto')} has no {owner.__name__}.{name} any more: "
            "adapt lab/services/moto_server.py, or drop the patch if moto knows MessageType=DIGEST itself"
        )
    if not hasattr(original, "__wrapped__"):
        setattr(owner, name, functools.wraps(original)(wrap(original)))


def _prehashed(original: Callable[..., Any]) -> Callable[..., Any]:
    def choose(self: object, algorithm: str) -> HashAlgorithm | utils.Prehashed:
        chosen: HashAlgorithm = original(self, algorithm)
        return utils.Prehashed(chosen) if _digest.get() else chosen

    return choose


def _prehashed_with_padding(original: Callable[..., Any]) -> Callable[..., Any]:
    def choose(self: object, algorithm: str) -> tuple[object, HashAlgorithm | utils.Prehashed]:
        padding, chosen = original(self, algorithm)
        return padding, utils.Prehashed(chosen) if _digest.get() else chosen

    return choose


def _with_message_type(original: Callable[..., Any]) -> Callable[..., Any]:
    def answer(self: Any) -> Any:  # noqa: ANN401  moto's handler, untyped
        kind = self._get_param("MessageType") or "RAW"
        if kind not in {"RAW", "DIGEST"}:
            raise JsonRESTError("ValidationException", f"MessageType {kind} is not supported by the lab's KMS")
        if kind == "DIGEST":
            _check_length(self._get_param("Message"), str(self._get_param("SigningAlgorithm")))
        token = _digest.set(kind == "DIGEST")
        try:
            return original(self)
        finally:
            _digest.reset(token)

    return answer


def independent(original: Callable[..., Any]) -> Callable[..., Any]:
    """`KmsBackend.replicate_key` whose replica has aliases and grants of its own, and is told from its primary."""

    def replicate(self: Any, key_id: str, replica_region: str) -> Any:  # noqa: ANN401  moto's backend, untyped
        replica = original(self, key_id, replica_region)
        replica.aliases, replica.grants = {}, {}
        replica.multi_region_configuration = copy.deepcopy(replica.multi_region_configuration)
        return replica

    return replicate


def _check_length(message: bytes | str, algorithm: str) -> None:
    bits = algorithm.rpartition("_")[2]
    if bits in {"256", "384", "512"} and len(message) * 8 != int(bits):
        raise JsonRESTError("ValidationException", f"Digest is invalid length for algorithm {algorithm}.")


def _check() -> None:
    key = keys.ECDSAPrivateKey("ECC_NIST_P256")
    digest = hashlib.sha256(b"cartorio").digest()
    token = _digest.set(True)
    try:
        signature = key.sign(digest, "ECDSA_SHA_256")
    finally:
        _digest.reset(token)
    try:
        key.private_key.public_key().verify(signature, b"cartorio", ec.ECDSA(SHA256()))
    except Exception as error:
        raise SeamError(f"moto {importlib.metadata.version('moto')} still hashes digests") from error


if __name__ == "__main__":
    main()

"""sigstore-python's word on a bundle with a certificate; `keyless` has verified it already, and both have to agree.

https://sigstore.github.io/sigstore-python/api/verify/verifier. It takes seconds to import, so it is imported here and
this module only when there is such a bundle. It works offline from the trust root alone.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.formats import Blob
from guardrails.trust.statements import PAYLOAD_TYPE

if TYPE_CHECKING:
    from guardrails.trust.formats import Claim
    from guardrails.trust.trust_root import TrustRoot

UNDERSTOOD: Final = frozenset({"hashedrekord 0.0.1", "dsse 0.0.1", "hashedrekord 0.0.2"})
"""The kinds of log entries that it knows; about others it has no opinion."""

_verifiers: Final[dict[bytes, Any]] = {}
_LOCK: Final = threading.Lock()


def check(claim: Claim, root: TrustRoot, issuer: str, subject: str) -> None:
    """Ask sigstore-python whether this identity made a bundle's signature.

    Raises:
        Malformed: it says no; the message says why.
    """
    from sigstore.hashes import Hashed
    from sigstore.models import Bundle
    from sigstore.verify.policy import AllOf, AnyOf, Identity, OIDCIssuer, OIDCIssuerV2
    from sigstore_models.common.v1 import HashAlgorithm

    logging.getLogger("sigstore").setLevel(logging.ERROR)  # its warnings are of others' bundles, not of this refusal
    policy = AllOf([Identity(identity=subject), AnyOf([OIDCIssuerV2(issuer), OIDCIssuer(issuer)])])
    try:
        bundle = Bundle.from_json(claim.document)
        verifier = _verifier(root)
        if isinstance(claim.content, Blob):
            digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(claim.content.digest.hex))
            verifier.verify_artifact(digest, bundle, policy)
            return
        kind, payload = verifier.verify_dsse(bundle, policy)
    except Exception as error:  # whatever it raises is no consent, and spoils no other evidence
        raise Malformed(f"sigstore-python refuses it: {quoted(error)}") from error
    if kind != PAYLOAD_TYPE or payload != claim.content.payload:
        raise Malformed("sigstore-python reads another payload in it")


def _verifier(root: TrustRoot) -> Any:  # noqa: ANN401 -- sigstore is imported where it is used
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.trustroot.v1 import TrustedRoot as Document

    with _LOCK:
        if root.document not in _verifiers:
            _verifiers.clear()  # one policy has one or two roots: no need to keep those of earlier policies
            _verifiers[root.document] = Verifier(trusted_root=TrustedRoot(Document.from_json(root.document)))
        return _verifiers[root.document]

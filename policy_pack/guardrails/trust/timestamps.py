"""Signed timestamps: who trusted says that a signature was there, and when. https://www.rfc-editor.org/rfc/rfc3161.

The cryptography is `rfc3161_client`'s, imported where it is used: it checks the response's signature and chain at the
time that the response states, and that it is about these bytes. Here: whose responses count, and in which time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.trust.errors import Malformed

if TYPE_CHECKING:
    from datetime import datetime

    from rfc3161_client import TimeStampResponse

    from guardrails.trust.trust_root import CertificateAuthority, TrustRoot


def verify(response: bytes, signature: bytes, root: TrustRoot, now: datetime) -> datetime:
    """When a timestamp authority of the root saw a signature.

    Args:
        response: a TimeStampResp, DER.
        signature: the bytes that it has to be about.
        root: whose timestamp authorities count.
        now: nobody has seen anything later.

    Raises:
        Malformed: not a timestamp, of something else, or of nobody that the root names at that time.
    """
    import rfc3161_client

    try:
        stamp = rfc3161_client.decode_timestamp_response(response)
        moment = stamp.tst_info.gen_time
    except Exception as error:  # whatever the parser raises, it is no timestamp, and spoils no other evidence
        raise Malformed("it is not a timestamp") from error
    if not root.timestamp_authorities:
        raise Malformed("the trust root names no timestamp authority")
    faults = []
    for authority in root.timestamp_authorities:
        fault = _fault(stamp, signature, authority)
        if fault is None and moment > now:
            fault = f"it is of the future ({moment.isoformat()})"
        if fault is None:
            return moment
        faults.append(fault)
    raise Malformed(f"no timestamp authority of the trust root stands for it: {'; '.join(sorted(set(faults)))}")


def _fault(stamp: TimeStampResponse, signature: bytes, authority: CertificateAuthority) -> str | None:
    import rfc3161_client

    if len(authority.chain) < 2:  # noqa: PLR2004 -- a signing certificate and its root
        return "its chain is incomplete"
    if not authority.window.covers(stamp.tst_info.gen_time):
        return "it was not in office at that time"
    builder = rfc3161_client.VerifierBuilder(
        tsa_certificate=authority.chain[0],
        intermediates=list(authority.chain[1:-1]),
        roots=[authority.chain[-1]],
    )
    try:
        builder.build().verify_message(stamp, signature)
    except Exception as error:  # noqa: BLE001 -- see verify
        return str(error) or type(error).__name__
    return None

"""From the file to what a cluster admits: reads a trust policy, and the keys that it names as files.

Keys in AWS KMS are left to policy-controller, which asks KMS itself. Those that are kept elsewhere have to be written
out as files for it: `admission` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.trust.admission import AdmissionError, ImagePolicy, ResolvedKey, image_policies
from guardrails.trust.errors import Malformed
from guardrails.trust.key_source import FileSource
from guardrails.trust.policy_file import load_policy

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from guardrails.trust.policy import TrustPolicy

_LONGEST = 64 * 1024


def read_image_policies(path: Path, profile: str, now: datetime) -> tuple[ImagePolicy, ...]:
    """What a profile of a trust policy becomes in a cluster.

    Args:
        path: the file.
        profile: the profile.
        now: the time, with its zone.

    Raises:
        TrustPolicyError: the file, or a key that it names, cannot be used.
        AdmissionError: policy-controller cannot express it.
    """
    policy = load_policy(path)
    return image_policies(policy, profile, _keys(policy, path), now)


def _keys(policy: TrustPolicy, path: Path) -> dict[str, tuple[ResolvedKey, ...]]:
    sources = {key.source for authority in policy.authorities.values() for key in authority.keys}
    found: dict[str, tuple[ResolvedKey, ...]] = {}
    problems: list[str] = []
    for source in sorted((one for one in sources if isinstance(one, FileSource)), key=str):
        try:
            found[str(source)] = (_resolved(path.parent / source.path),)
        except (OSError, Malformed) as error:
            problems.append(f"{path}: the key {source} cannot be read: {error}")
    if problems:
        raise AdmissionError(problems)
    return found


def _resolved(file: Path) -> ResolvedKey:
    from guardrails.trust import keys  # cryptography, which a policy of keys in KMS does without

    with file.open("rb") as stream:
        data = stream.read(_LONGEST)
    key = keys.from_pem(data)
    return ResolvedKey(data.decode("ascii"), key.fingerprint, key.hash)

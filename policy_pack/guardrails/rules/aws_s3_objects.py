"""What a bucket holds is encrypted, kept, locked where it is evidence, and nobody's but the account's.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Example, Finding, OnUnknown, Policy, Profile, Severity
from guardrails.resources.aws_documents import Document
from guardrails.resources.aws_reading import place
from guardrails.resources.aws_s3 import (
    S3Acl,
    S3Bucket,
    S3Encryption,
    S3Lock,
    S3Object,
    S3Ownership,
    S3Policy,
    S3Versioning,
)
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, of, own_key, policy_text
from guardrails.rules._buckets import (
    BUCKET,
    Settings,
    among,
    buckets,
    of_each,
    setting,
    written_by_services,
    written_by_trails,
)
from guardrails.rules._checks import is_one_of
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_documents import Statement

_BY_KMS: Final = frozenset({"aws:kms", "aws:kms:dsse"})
_LOCKS: Final = {Profile.PRODUCAO: ("COMPLIANCE",)}
_EVIDENCE: Final = ("evidence", "audit", "trail")
_NO_ACLS: Final = "BucketOwnerEnforced"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups
_ANY_GROUP: Final = ("/global/AllUsers", "/global/AuthenticatedUsers")
_ANYBODY: Final = frozenset({"public-read", "public-read-write", "authenticated-read", "website"})


def _encrypted(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    settings, services = Settings(stack, S3Encryption), written_by_services(stack)
    found: list[Finding] = []
    for bucket in buckets(stack):
        mine = settings.of(bucket)
        if not mine:
            found += of(bucket, [Finding("", "no encryption is declared for this bucket")])
        for one in mine:
            found += of(one, _by_kms(one, by_service=among(bucket, services)))
    return tuple(found)


def _by_kms(one: S3Encryption, *, by_service: bool) -> Iterator[Finding]:
    if isinstance(one.rules, Unknown):
        yield unknown("rules", "how the bucket is encrypted")
        return
    if not one.rules:
        yield Finding("rules", "no encryption is declared for this bucket")
    for rule in one.rules:
        path = f"{rule.path}.applyServerSideEncryptionByDefault"
        if isinstance(rule.algorithm, Unknown):
            yield unknown(f"{path}.sseAlgorithm", "how the bucket is encrypted")
        elif rule.algorithm not in _BY_KMS:
            if not by_service or rule.algorithm != "AES256":
                yield Finding(f"{path}.sseAlgorithm", "objects are not encrypted with a key of KMS")
        else:
            yield from own_key(
                rule.key, f"{path}.kmsMasterKeyId", "objects are encrypted with AWS's key, not the stack's"
            )


def _tls(resource: S3Policy, _context: Context) -> tuple[Finding, ...]:
    if isinstance(resource.policy, Unknown):
        return (unknown("policy", "the policy"),)
    if not isinstance(resource.policy, Document) or not any(map(_refuses_plain, resource.policy.statements)):
        return (Finding("policy", "requests without TLS are not refused"),)
    return ()


def _refuses_plain(statement: Statement) -> bool:
    (test,) = statement.conditions if len(statement.conditions) == 1 else (None,)
    everybody = ("AWS", "*") in statement.principals or ("*", "*") in statement.principals
    everything = {"s3:*", "*"} & set(statement.actions) and not statement.all_but_actions
    objects = any(name.endswith("/*") or name == "*" for name in statement.resources)
    return bool(
        test
        and not statement.allows
        and everybody
        and everything
        and objects
        and (test.operator.lower(), test.key, test.values) == ("bool", "aws:securetransport", ("false",))
    )


def _locked(stack: Stack, context: Context) -> tuple[Finding, ...]:
    settings, trails = Settings(stack, S3Lock), written_by_trails(stack)
    modes = _LOCKS.get(context.profile, ("COMPLIANCE", "GOVERNANCE"))
    found: list[Finding] = []
    for bucket in buckets(stack):
        mine = settings.of(bucket)
        if not mine and bucket.object_lock is True:
            found += of(bucket, [Finding("", "objects can be locked, but none is unless somebody asks for it")])
        # Unknown counts as not asked for: where nobody says it, the provider does, after the update.
        open_to_change = bucket.object_lock is False or (bucket.object_lock is not True and not mine)
        if open_to_change and (among(bucket, trails) or any(word in bucket.declared.name for word in _EVIDENCE)):
            found += of(bucket, [Finding("objectLockEnabled", "it holds evidence or records, and is not locked")])
        for one in mine:
            found += of(one, _lock(one, modes))
    return tuple(found)


def _lock(one: S3Lock, modes: tuple[str, ...]) -> Iterator[Finding]:
    path = "rule.defaultRetention"
    if isinstance(one.mode, Unknown) or isinstance(one.days, Unknown) or isinstance(one.years, Unknown):
        yield unknown(path, "how objects are locked")
    elif one.mode not in modes:
        yield Finding(f"{path}.mode", f"objects are not locked as {' or '.join(modes)}")
    elif not one.days and not one.years:
        yield Finding(path, "objects are locked for no time at all")


def _lists(resource: S3Bucket | S3Acl | S3Object, _context: Context) -> tuple[Finding, ...]:
    grants, where = resource.grants, place(resource, "grants")
    wide = () if isinstance(grants, Unknown) else [one for one in grants if str(one.group).endswith(_ANY_GROUP)]
    found = [Finding(one.path, "the access list lets anybody in") for one in wide]
    found += [Finding("acl", "the access list lets anybody in")] if resource.acl in _ANYBODY else []
    found += [unknown("acl", "who is let in")] if isinstance(resource.acl, Unknown) else []
    hidden = isinstance(grants, Unknown) or any(isinstance(one.group, Unknown) for one in grants)
    return (*found, *([unknown(where, "who is let in")] if hidden else []))


_ENCRYPTION: Final = setting(
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms', kmsMasterKeyId: key}}]",
)
_VERSIONING: Final = setting("bucketVersioning:BucketVersioning", "versioningConfiguration: {status: Enabled}")
_OWNERSHIP: Final = setting(
    "bucketOwnershipControls:BucketOwnershipControls", "rule: {objectOwnership: BucketOwnerEnforced}"
)
_LOCKABLE: Final = BUCKET.replace("{tags", "{objectLockEnabled: true, tags")
_LOCK: Final = setting(
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "rule: {defaultRetention: {mode: COMPLIANCE, days: 1825}}",
)


def _refusal(condition: str) -> str:
    statement = (
        '{"Sid": "TlsOnly", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", '
        f'"Resource": ["arn:aws:s3:::deeds", "arn:aws:s3:::deeds/*"], "Condition": {condition}}}'
    )
    return setting("bucketPolicy:BucketPolicy", f"policy: {policy_text(statement)}")


_TLS: Final = _refusal('{"Bool": {"aws:SecureTransport": "false"}}')
_OLD_TLS: Final = _refusal('{"NumericLessThan": {"s3:TlsVersion": "1.2"}}')

POLICIES: Final = (
    Policy(
        id="aws/s3-encryption",
        title="Every bucket encrypts with a key of the stack's own",
        severity=Severity.HIGH,
        rationale=(
            "With a KMS key, reading takes two permissions, each use is on record, and disabling the key ends "
            "all reading. Load balancers can only write with S3's own keys; a trail brings its key itself."
        ),
        resource_types=(Stack,),
        remediation="Declare a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId.",
        since="0.3.0",
        rule=_encrypted,
        controls=(fsbp("S3.17"),),
        on_unknown=OnUnknown.WAIT,
        passing=Example(BUCKET + _ENCRYPTION),
        failing=Example(BUCKET + _ENCRYPTION.replace("aws:kms", "AES256")),
    ),
    Policy(
        id="aws/s3-versioning",
        title="Every bucket keeps versions",
        severity=Severity.HIGH,
        rationale="Without versions, one wrong call or a ransom note takes the only copy of a deed.",
        resource_types=(Stack,),
        remediation="Declare a BucketVersioning with status Enabled.",
        since="0.3.0",
        rule=of_each(
            S3Versioning,
            "what is overwritten or deleted here is gone: it keeps no versions",
            is_one_of("status", ("Enabled",), "whether the bucket keeps versions", "the bucket keeps no versions"),
        ),
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("S3.14"),),
        passing=Example(BUCKET + _VERSIONING),
        failing=Example(BUCKET + _VERSIONING.replace("Enabled", "Suspended")),
    ),
    Policy(
        id="aws/s3-ownership",
        title="No bucket has access lists",
        severity=Severity.MEDIUM,
        rationale="Access lists let whoever writes an object decide who reads it. BucketOwnerEnforced ends them.",
        resource_types=(Stack,),
        remediation="Declare BucketOwnershipControls with objectOwnership BucketOwnerEnforced.",
        since="0.3.0",
        rule=of_each(
            S3Ownership,
            "nothing says who owns the objects of this bucket",
            is_one_of("ownership", (_NO_ACLS,), "who owns the objects", "access lists are in force"),
        ),
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("S3.12"),),
        passing=Example(BUCKET + _OWNERSHIP),
        failing=Example(BUCKET + _OWNERSHIP.replace("BucketOwnerEnforced", "ObjectWriter")),
    ),
    Policy(
        id="aws/s3-acl",
        title="No access list lets anybody in",
        severity=Severity.CRITICAL,
        rationale="A canned list such as public-read publishes every object that is written after it.",
        resource_types=(S3Bucket, S3Acl, S3Object),
        remediation="Leave acl out, and say in the bucket's policy who reads.",
        since="0.3.0",
        rule=_lists,
        controls=(fsbp("S3.2"), fsbp("S3.12")),
        passing=example("aws:s3/bucketAcl:BucketAcl", "{bucket: deeds, acl: private}"),
        failing=example("aws:s3/bucketAcl:BucketAcl", "{bucket: deeds, acl: public-read}"),
    ),
    Policy(
        id="aws/s3-policy",
        title="Every bucket has a policy",
        severity=Severity.HIGH,
        rationale="Only the bucket's own policy can refuse what some identity's policy allows: plain HTTP, other keys.",
        resource_types=(Stack,),
        remediation="Declare a BucketPolicy that refuses requests without TLS.",
        since="0.3.0",
        rule=of_each(S3Policy, "no policy says how this bucket is reached", lambda _policy: iter(())),
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("S3.5"),),
        passing=Example(BUCKET + _TLS),
        failing=Example(BUCKET),
    ),
    Policy(
        id="aws/s3-tls",
        title="Every bucket's policy refuses requests without TLS",
        severity=Severity.HIGH,
        rationale="S3 answers plain HTTP as well: documents and signatures would cross the network readable.",
        resource_types=(S3Policy,),
        remediation="Deny s3:* to everybody on the bucket and its objects where aws:SecureTransport is false.",
        since="0.3.0",
        rule=_tls,
        controls=(fsbp("S3.5"),),
        on_unknown=OnUnknown.WAIT,
        passing=Example(BUCKET + _TLS),
        failing=Example(BUCKET + _OLD_TLS),
        yields_to=("aws/policy-document",),
    ),
    Policy(
        id="aws/s3-object-lock",
        title="Evidence and records are locked, and what can be locked is",
        severity=Severity.HIGH,
        rationale=(
            "A locked object outlives every administrator, whatever they are made to do. In production the lock is "
            "COMPLIANCE, which nobody shortens. Buckets that trails write to, or whose names say evidence, audit or "
            "trail, count as such."
        ),
        resource_types=(Stack,),
        remediation="Set objectLockEnabled and declare a BucketObjectLockConfiguration with a default retention.",
        since="0.3.0",
        rule=_locked,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("S3.15"),),
        enforcement=RELAXED_LOCALLY,
        passing=Example(_LOCKABLE + _LOCK),
        failing=Example(_LOCKABLE + _LOCK.replace("COMPLIANCE", "GOVERNANCE")),
    ),
)

"""ACM: certificates that DNS validates, and the wait for them.

https://docs.aws.amazon.com/acm/latest/APIReference/ and terraform-provider-aws' `internal/service/acm`.

Gaps of moto 5.2: it issues a certificate after a while (the lab: at once) whatever DNS says, so that the records are
compared here with those that ACM asks for, as the official provider does; it has no operation that changes `options`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.kit import calls
from lab.providers.model import NotFoundError, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_PAIRS = Pairs()
_ISSUED, _PENDING = "ISSUED", "PENDING_VALIDATION"
_OPTIONS = pascal("certificateTransparencyLoggingPreference")
_RECORD = {"resourceRecordName": "Name", "resourceRecordType": "Type", "resourceRecordValue": "Value"}
_PATIENCE_SECONDS, _LOOK_SECONDS = 90, 0.5


class _Tagging(Tagging):
    """ACM wants tags where others want keys."""

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`; others stay."""
        gone = {name: value for name, value in old.items() if name not in new}
        if gone:
            api(self.removing, CertificateArn=target, Tags=_PAIRS.to_api(gone))
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            api(self.adding, CertificateArn=target, Tags=_PAIRS.to_api(changed))


class Certificate(Resource):
    """`aws.acm.Certificate` that Amazon issues. Its id is its ARN."""

    table = Table(
        "aws:acm/certificate:Certificate",
        "acm",
        inputs=("domainName", "options", "subjectAlternativeNames", "tags", "validationMethod"),
        outputs=frozenset({"arn", "domainValidationOptions", "status"}),
        volatile=frozenset({"status"}),
        force_new=frozenset({"domainName", "subjectAlternativeNames", "validationMethod"}),
        computed=frozenset({"options", "validationMethod"}),
        equivalent={"subjectAlternativeNames": lambda left, right: sorted(left) == sorted(right)},
        shapes={"options": _OPTIONS},
        tagging=_Tagging(
            by="id",
            target="CertificateArn",
            listing="list_tags_for_certificate",
            adding="add_tags_to_certificate",
            removing="remove_tags_from_certificate",
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Request it."""
        options = inputs.get("options")
        answer = api(
            "request_certificate",
            DomainName=inputs["domainName"],
            SubjectAlternativeNames=inputs.get("subjectAlternativeNames"),
            ValidationMethod=inputs.get("validationMethod"),
            Options=_OPTIONS.to_api(options, "options") if options else None,
            **self.creation_tags(inputs),
        )
        return str(answer["CertificateArn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it; the name itself is among the others there, and not here."""
        del known
        found = api("describe_certificate", CertificateArn=resource_id)["Certificate"]
        validations = found.get("DomainValidationOptions", ())
        methods = {validation.get("ValidationMethod") for validation in validations}
        return {
            "arn": resource_id,
            "domainName": found["DomainName"],
            "domainValidationOptions": sorted(map(_validation, validations), key=lambda one: one["domainName"]),
            "options": _OPTIONS.from_api(found["Options"]),
            "status": found["Status"],
            "subjectAlternativeNames": sorted({*found["SubjectAlternativeNames"]} - {found["DomainName"]}) or None,
            "validationMethod": methods.pop() if methods else None,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Its options, which AWS can change.

        Raises:
            ResourceError: always: moto can't.
        """
        del api, old, new
        names = ", ".join(sorted(changed))
        raise ResourceError(f"moto can't change {names} of {resource_id}: take it out of the stack and in again")

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_certificate", CertificateArn=resource_id)


def _validation(found: dict[str, Any]) -> dict[str, str]:
    record = found.get("ResourceRecord") or {}
    return {"domainName": found["DomainName"], **{name: record.get(key, "") for name, key in _RECORD.items()}}


class CertificateValidation(Resource):
    """`aws.acm.CertificateValidation`: nothing of its own, only the wait. Its id is the certificate's ARN."""

    table = Table(
        "aws:acm/certificateValidation:CertificateValidation",
        "acm",
        inputs=("certificateArn", "validationRecordFqdns"),
        force_new=frozenset({"certificateArn", "validationRecordFqdns"}),
        local=frozenset({"validationRecordFqdns"}),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Compare the records with those that are asked for, and wait until it is issued.

        Raises:
            ResourceError: a record is missing, or it was not issued.
        """
        arn, given = inputs["certificateArn"], inputs.get("validationRecordFqdns")
        found = api("describe_certificate", CertificateArn=arn)["Certificate"]
        asked = {_validation(one)["resourceRecordName"].rstrip(".") for one in found["DomainValidationOptions"]}
        missing = asked - {name.rstrip(".") for name in given or asked}
        if missing:
            raise ResourceError(f"validationRecordFqdns lacks {', '.join(sorted(missing))}: ACM would wait for it")
        end = time.monotonic() + calls.time_left(_PATIENCE_SECONDS)
        while found["Status"] == _PENDING and time.monotonic() < end and not calls.cancelled():
            time.sleep(_LOOK_SECONDS)
            found = api("describe_certificate", CertificateArn=arn)["Certificate"]
        if found["Status"] != _ISSUED:
            raise ResourceError(f"{arn} was waited for and not issued: it is {found['Status']}")
        return str(arn)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """It is there while the certificate is issued."""
        del known
        status = api("describe_certificate", CertificateArn=resource_id)["Certificate"]["Status"]
        if status != _ISSUED:
            raise NotFoundError(f"{resource_id} is {status}")
        return {"certificateArn": resource_id}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """There is nothing to delete."""


TYPES: tuple[type[Resource], ...] = (Certificate, CertificateValidation)

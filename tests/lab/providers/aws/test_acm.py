from __future__ import annotations

from typing import TYPE_CHECKING

import moto.settings
import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
NAME = "api.cartorio.example"
RECORD = f"_d930b28be6c5927595552b219965053e.{NAME}"


def _retag(hands: Hands, certificate: Managed) -> None:
    hands("acm").add_tags_to_certificate(CertificateArn=certificate.id, Tags=[{"Key": "a", "Value": "mine"}])


CASES = (
    Case(
        CERTIFICATE,
        {
            "domainName": NAME,
            "subjectAlternativeNames": ["www.cartorio.example"],
            "validationMethod": "DNS",
            "options": {"certificateTransparencyLoggingPreference": "ENABLED"},
            "tags": {"a": "b"},
        },
        updates=({"tags": {"c": "d"}}, {"tags": {"c": "e"}}),
        replaces=(
            {"domainName": "other.cartorio.example"},
            {"subjectAlternativeNames": ["other.cartorio.example"]},
            {"validationMethod": "EMAIL"},
            ELSEWHERE,
        ),
        spoilt="tags",
        spoil=_retag,
    ),
    Case(
        VALIDATION,
        {"certificateArn": "$certificate.arn", "validationRecordFqdns": [RECORD]},
        needs=(("certificate", CERTIFICATE, {"domainName": NAME, "validationMethod": "DNS"}),),
        replaces=({"certificateArn": "arn:other"}, {"validationRecordFqdns": [NAME]}, ELSEWHERE),
        told_apart=frozenset({"validationRecordFqdns"}),
        stays=True,
    ),
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is issued as soon as it is looked at, as in the lab."""
    monkeypatch.setattr(moto.settings, "ACM_VALIDATION_WAIT", 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_the_records_that_dns_has_to_have_are_told(engine: Engine) -> None:
    certificate = engine.create(CERTIFICATE, "c", {"domainName": NAME, "validationMethod": "DNS"})
    (validation,) = certificate.outputs["domainValidationOptions"]
    assert validation["domainName"] == NAME
    assert validation["resourceRecordName"] == f"{RECORD}."
    assert validation["resourceRecordType"] == "CNAME"
    assert validation["resourceRecordValue"]


def test_a_certificate_whose_records_are_missing_is_not_waited_for(engine: Engine) -> None:
    certificate = engine.create(CERTIFICATE, "c", {"domainName": NAME, "validationMethod": "DNS"})
    wrong = {"certificateArn": certificate.outputs["arn"], "validationRecordFqdns": ["_other.cartorio.example"]}
    with pytest.raises(RefusedError, match=f"lacks {RECORD}: ACM would wait"):
        engine.create(VALIDATION, "v", wrong)


def test_a_certificate_that_is_not_issued_is_waited_for_in_vain(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moto.settings, "ACM_VALIDATION_WAIT", 3600)
    monkeypatch.setattr("lab.providers.aws.acm._PATIENCE_SECONDS", 0.2)
    certificate = engine.create(CERTIFICATE, "c", {"domainName": NAME, "validationMethod": "DNS"})
    with pytest.raises(RefusedError, match="PENDING_VALIDATION"):
        engine.create(VALIDATION, "v", {"certificateArn": certificate.outputs["arn"]})


def test_the_cloud_can_not_change_how_a_certificate_is_logged(engine: Engine) -> None:
    inputs = {"domainName": NAME, "options": {"certificateTransparencyLoggingPreference": "ENABLED"}}
    certificate = engine.create(CERTIFICATE, "c", inputs)
    changed = {"domainName": NAME, "options": {"certificateTransparencyLoggingPreference": "DISABLED"}}
    with pytest.raises(UnfinishedError, match="can't change options"):
        engine.update(certificate, changed)

from __future__ import annotations

from components.edge.signing import ZoneSigning, ZoneSigningArgs
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account


def _plan() -> Plan:
    args = ZoneSigningArgs(zone_id="ZONE", topic_arn="arn:topic", deletion_window_days=30)

    def program() -> None:
        ZoneSigning("signing", args, account().within("us-east-1"), cloud())

    return run(program)[0]


def test_the_key_is_what_route_53_takes_and_signs_for_it_alone() -> None:
    key = _plan().one("aws:kms/key:Key")
    assert (key.inputs["customerMasterKeySpec"], key.inputs["keyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert key.protect
    statements = policy_of(key)
    assert set(statements) == {"Account", "SignByRoute53", "GrantToRoute53"}
    assert statements["SignByRoute53"]["Principal"] == {"Service": "dnssec-route53.amazonaws.com"}
    assert statements["SignByRoute53"]["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert statements["GrantToRoute53"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_the_zone_is_signed_once_its_key_is_there_and_the_registrar_can_be_told() -> None:
    plan = _plan()
    order = plan.one("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec")
    assert any(urn.endswith("::signing-signer") for urn in order.depends_on)
    assert plan.one("aws:route53/keySigningKey:KeySigningKey").inputs["name"].isalnum()
    assert plan.outputs[plan.components[0].urn] == [{"dsRecord": "2371 13 2 digest-of-signing-signer"}]


def test_somebody_is_told_before_names_stop_working() -> None:
    alarms = {
        alarm.inputs["metricName"]: alarm.inputs for alarm in _plan().of("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert set(alarms) == {"DNSSECInternalFailure", "DNSSECKeySigningKeysNeedingAction"}
    for alarm in alarms.values():
        assert (alarm["dimensions"], alarm["alarmActions"]) == ({"HostedZoneId": "ZONE"}, ["arn:topic"])

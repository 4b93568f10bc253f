from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pytest

from components.audit.trail import AuditTrail, AuditTrailArgs
from components.sections.audit import Audit
from tests.support.plan import run


@pytest.mark.parametrize("protect", [True, False])
def test_the_log_is_encrypted_and_forgets_on_time(protect: bool) -> None:  # noqa: FBT001 - parametrised
    settings = Audit.model_validate_json('{"retentionDays": 1827}')

    def program() -> None:
        args = AuditTrailArgs(settings=settings, key_arn=pulumi.Output.from_input("arn:key"), protect=protect)
        AuditTrail("audit", args, pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]))

    plan, _ = run(program)
    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs == {"kmsKeyId": "arn:key", "retentionInDays": 1827}
    assert group.protect is protect
    assert plan.outputs[plan.one("cartorio:audit:AuditTrail").urn] == [{"logGroup": "audit-log-1234567"}]

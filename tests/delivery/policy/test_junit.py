from __future__ import annotations

from xml.etree import ElementTree as ET

from delivery.policy.junit import as_junit
from guardrails.model import Enforcement
from tests.support.checks import NASTY, found, result


def test_a_finding_is_a_failed_case_of_its_files_suite() -> None:
    root = ET.fromstring(as_junit(result(found(), exempted=True, unread=True)))  # noqa: S314 - our own
    assert {suite.get("name"): suite.get("tests") for suite in root} == {"dir/a b.yaml": "2", "broken.yaml": "1"}
    assert [root.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "1"]
    failure = root.find("./testsuite/testcase[@classname='image/signed']/failure")
    assert failure is not None
    assert failure.get("message") == "it is not signed"
    assert "remedy: Sign it." in (failure.text or "")


def test_advice_does_not_fail() -> None:
    root = ET.fromstring(as_junit(result(found(enforcement=Enforcement.ADVISORY))))  # noqa: S314 - our own
    assert root.get("failures") == "0"
    assert root.find(".//system-out") is not None


def test_nothing_found_is_one_case_that_passed() -> None:
    root = ET.fromstring(as_junit(result()))  # noqa: S314 - our own
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_any_text_is_xml() -> None:
    root = ET.fromstring(as_junit(result(found(resource=NASTY, message=NASTY, file=NASTY))))  # noqa: S314 - our own
    assert len(root.findall(".//failure")) == 1

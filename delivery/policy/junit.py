"""A check's result as JUnit's XML, which most CI systems show: one suite a file, one failed case a finding.

Format: https://github.com/testmoapp/junitxml. Advice does not fail: it is said in the case's output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from delivery.policy.formats import place, printable

if TYPE_CHECKING:
    from delivery.policy.model import Found, Result

_EVERYTHING: Final = "everything together"


def as_junit(result: Result) -> str:
    """The XML document."""
    root = ET.Element("testsuites", name="cartorio policy check")
    suites: dict[str, ET.Element] = {}

    def suite(file: str) -> ET.Element:
        name = printable(file) or _EVERYTHING
        if name not in suites:
            suites[name] = ET.SubElement(root, "testsuite", name=name)
        return suites[name]

    for found in result.findings:
        _case(suite(found.file), found)
    for found, exemption in result.exempted:
        case = ET.SubElement(suite(found.file), "testcase", classname=found.rule, name=_name(found))
        ET.SubElement(case, "skipped", message=printable(f"exempt until {exemption.expires}: {exemption.reason}"))
    for one in result.unread:
        name = f"line {one.line}" if one.line else "the whole"
        case = ET.SubElement(suite(one.file), "testcase", classname="readable", name=name)
        ET.SubElement(case, "error", message=printable(one.what)).text = printable(one.remedy)
    if not suites:
        ET.SubElement(suite(""), "testcase", classname="policies", name=f"{result.checked} objects")
    for each in (*suites.values(), root):
        cases = each.findall(".//testcase")
        each.set("tests", str(len(cases)))
        for kind, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            each.set(total, str(sum(case.find(kind) is not None for case in cases)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, found: Found) -> None:
    case = ET.SubElement(suite, "testcase", classname=found.rule, name=_name(found))
    text = f"{place(found)}\n{printable(found.message)}\nremedy: {printable(found.remedy)}"
    if found.enforcement.value == "mandatory":
        ET.SubElement(case, "failure", message=printable(found.message), type=found.severity.value).text = text
    else:
        ET.SubElement(case, "system-out").text = f"advice: {text}"


def _name(found: Found) -> str:
    path = f" {found.path}" if found.path else ""
    return printable(f"{found.resource}{path}")

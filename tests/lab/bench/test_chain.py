from __future__ import annotations

from lab.bench.chain import Link, longest, report
from lab.engine.state import Resource

PROVIDER = Resource("urn:provider", "pulumi:providers:aws", "1")
KEY = Resource("urn::key", "aws:kms/key:Key", "2", needs=("urn:provider",))
ALIAS = Resource("urn::alias", "aws:kms/alias:Alias", "3", needs=("urn::key", "urn:provider"))
BUCKET = Resource("urn::bucket", "aws:s3/bucket:Bucket", "4", needs=("urn:provider", "urn:gone"))
ALL = (PROVIDER, KEY, ALIAS, BUCKET)


def test_the_chain_is_what_each_waits_for_longest() -> None:
    seconds = {"urn::key": 2.0, "urn::alias": 1.0, "urn::bucket": 2.5}
    links = longest(seconds, ALL)
    assert links == (Link("key", "aws:kms/key:Key", 2.0), Link("alias", "aws:kms/alias:Alias", 1.0))
    assert longest({**seconds, "urn::bucket": 3.5}, ALL) == (Link("bucket", "aws:s3/bucket:Bucket", 3.5),)


def test_what_took_no_step_only_passes_the_wait_on() -> None:
    (link,) = longest({"urn::alias": 1.0}, ALL)
    assert link.name == "alias"
    assert longest({}, ()) == ()


def test_a_component_takes_no_time_of_its_own() -> None:
    stack = Resource("urn::stack", "pulumi:pulumi:Stack")
    assert longest({"urn::stack": 50.0, "urn::key": 2.0}, (stack, *ALL)) == (Link("key", "aws:kms/key:Key", 2.0),)


def test_the_table_adds_up() -> None:
    table, line = report((Link("key", "t", 2.0), Link("alias", "t", 1.25)), 10.0, 7)
    assert list(table.columns[3].cells) == ["2.00", "3.25"]
    assert line == "2 of 7 steps, 3.2 s of the 10.0 s that `pulumi up` took"

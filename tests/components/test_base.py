from __future__ import annotations

import pulumi
import pytest
from pydantic import ValidationError

from components.base import Args, Component, Text
from tests.support.plan import run


class _Thing(Component):
    TYPE = "cartorio:test:Thing"

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self.options = self._child()
        self.protected = self._child(protect=True, depends_on=[self])
        self.register_outputs({})


class _Sample(Args):
    text: Text
    many: tuple[Text, ...] = ()


def test_children_get_their_parent_and_nothing_of_the_caller() -> None:
    plan, thing = run(lambda: _Thing("one", pulumi.ResourceOptions(protect=False, ignore_changes=["a"])))
    assert plan.one("cartorio:test:Thing").name == "one"
    assert thing.options.parent is thing
    assert (thing.options.ignore_changes, thing.options.provider, thing.options.protect) == (None, None, None)
    assert thing.protected.protect is True


def test_arguments_take_text_known_or_not() -> None:
    def program() -> None:
        output = pulumi.Output.from_input("later")
        made = _Sample(text=output, many=("now", output))
        assert made.text is output

    run(program)


@pytest.mark.parametrize("bad", [{"text": 1}, {"text": "a", "many": ["a"]}, {"text": "a", "other": 1}, {}])
def test_arguments_are_strict(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _Sample.model_validate(bad)


def test_arguments_are_frozen() -> None:
    made = _Sample(text="a")
    with pytest.raises(ValidationError, match="frozen"):
        made.text = "b"  # type: ignore[misc]

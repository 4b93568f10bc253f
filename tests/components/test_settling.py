"""With and without `settle`, as the SDK ends a program: the same is registered, the same goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_random as random
import pytest
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

from components.settling import settle
from tests.support.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LENGTH = 40


async def _next(value: int) -> int:
    await asyncio.sleep(0.001)
    return value + 1


async def _broken(value: int) -> int:
    await asyncio.sleep(0.001)
    message = f"no {value}"
    raise RuntimeError(message)


def _chain(last: Callable[[int], Any] = _next) -> pulumi.Output[Any]:
    """Outputs that wait for each other, one after the other."""
    output = pulumi.Output.from_input(1)
    for _ in range(LENGTH):
        output = output.apply(_next)
    return output.apply(last)


def _password(length: pulumi.Output[Any]) -> None:
    provider = random.Provider("random")
    random.RandomPassword("end", length=length, opts=pulumi.ResourceOptions(provider=provider))


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """What a program that fails leaves outstanding is not the next one's."""
    yield
    SETTINGS.outputs.clear()
    _get_rpc_manager().clear()


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many outputs the SDK looked at in each round of its own waiting."""
    counts: list[int] = []
    wait = asyncio.wait

    def counting(futures: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever is waited for
        waited = list(futures)
        if named.get("return_when") == asyncio.FIRST_COMPLETED:
            counts.append(len(waited))
        return wait(waited, **named)

    monkeypatch.setattr(asyncio, "wait", counting)
    return counts


def test_without_it_the_sdk_looks_at_all_that_is_left_again_and_again(looked_at: list[int]) -> None:
    """The reason for it: once an SDK no longer does so, `settle` can go."""
    run(_chain)
    assert sum(looked_at) > LENGTH * LENGTH / 4


def test_with_it_the_sdk_finds_everything_done(looked_at: list[int]) -> None:
    def program() -> None:
        _password(_chain())
        settle()

    plan, _ = run(program)
    assert sum(looked_at) < LENGTH
    assert plan.one("random:index/randomPassword:RandomPassword").inputs["length"] == LENGTH + 2


@pytest.mark.parametrize("registered", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_what_goes_wrong_is_told_as_ever(settled: bool, registered: bool) -> None:  # noqa: FBT001 - parameters
    def program() -> None:
        end = _chain(_broken)
        if registered:
            _password(end)
        if settled:
            settle()

    with pytest.raises(RuntimeError, match=f"no {LENGTH + 1}"):
        run(program)

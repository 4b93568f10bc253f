"""The order of `make up`, and what it makes of failures.

The lab, the engine and the publisher are stand-ins here, which write down what is asked of them; `test_deploy_key` has
the real KMS. That the real ones together bring a stack up, mend it and refuse it: `tests/e2e/test_platform.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest

from lab import deploy as module
from lab.deploy import RefusedError, deploy
from lab.engine.engine import Finished
from lab.engine.events import Diagnostic, Summary, Violation
from lab.errors import LabError
from lab.image.release import REGISTRY, Release
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import Endpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


IMAGE = f"{REGISTRY}/cartorio/app@sha256:{'0' * 64}"
NEW = Release("0.1.0-new", {"api": IMAGE, "workers": IMAGE})
OLD = Release("0.1.0-old", {"api": IMAGE, "workers": IMAGE})
REGISTRY_AT = "127.0.0.1:5000"
KEY = "alias/cartorio-local-release-signing"


@dataclass
class Stage:
    """Stands in for what `deploy` drives; `done` is what was asked of it, with the release file's version then.

    Attributes:
        paths: the lab's folders.
        key: whether the signing key is there; the first update creates it.
        previews: what the previews find, one after the other; then, no change.
        updates: how the updates end, one after the other; then, well.
        signing: what signing raises.
    """

    paths: LabPaths
    key: bool = True
    previews: list[Summary] = field(default_factory=list)
    updates: list[Summary] = field(default_factory=list)
    signing: LabError | None = None
    done: list[str] = field(default_factory=list)
    variables: Mapping[str, str] = field(default_factory=dict)

    def note(self, what: str) -> None:
        version = json.loads(self.paths.release.read_text())["version"] if self.paths.release.exists() else "no file"
        self.done.append(f"{what} ({version})")

    def preview(self) -> Summary:
        self.note("preview")
        return self.previews.pop(0) if self.previews else Summary(0, finished=True, changes={"same": 40})

    def up(self) -> Summary:
        self.note("up")
        self.key = True
        return self.updates.pop(0) if self.updates else Summary(0, finished=True)

    def ensure(self, names: object, paths: LabPaths, _report: object) -> str:
        assert (names, paths) == (None, self.paths)
        self.note("tools")
        return "tools"

    def recover(self, _engine: object, stack: str, _report: object) -> None:
        self.note(f"recover {stack}")


@dataclass
class Services:
    """Stands in for `Lab`."""

    stage: Stage
    paths: LabPaths
    toolchain: str

    def up(self, _report: object) -> Endpoints:
        assert (self.paths, self.toolchain) == (self.stage.paths, "tools")
        self.stage.note("services")
        return Endpoints("https://k", self.paths.kubeconfig, "http://cloud", "one", REGISTRY_AT)


@dataclass
class Engine:
    """Stands in for the engine."""

    stage: Stage
    environment: Mapping[str, str]
    project: Path

    def __post_init__(self) -> None:
        self.stage.variables = self.environment

    def select_or_init(self, stack: str) -> None:
        self.stage.note(f"select {stack}")

    def preview(self, stack: str, *flags: str, output: Callable[[str], None]) -> Summary:
        assert (stack, flags) == ("local", ("--refresh",))
        output(" ~  aws:kms:Key keys-envelope refreshing (0s) ")
        return self.stage.preview()

    def up(self, stack: str, *flags: str, output: Callable[[str], None]) -> Summary:
        assert (stack, flags) == ("local", ("--refresh",))
        output(" +  aws:kms:Key keys-envelope created (0.02s) ")
        return self.stage.up()

    def run(self, *arguments: str, stack: str) -> Finished:
        self.stage.note(f"{' '.join(arguments)} {stack}")
        return Finished(0, '{"release": "0.1.0-new"}', "")


@dataclass
class Publisher:
    """Stands in for the publisher."""

    stage: Stage
    toolchain: str
    variables: Mapping[str, str]
    registry: str
    folder: Path

    def publish(self, _report: object) -> Release:
        assert (self.toolchain, self.registry) == ("tools", REGISTRY_AT)
        assert self.folder == self.stage.paths.root / "image"
        assert self.variables is self.stage.variables
        self.stage.note("publish")
        return NEW

    def sign(self, release: Release, key: str, _report: object) -> None:
        assert release is NEW
        self.stage.note(f"sign with {key}")
        if self.stage.signing:
            raise self.stage.signing


def _environment(*_: object) -> dict[str, str]:
    return {"HOME": "/lab", "PULUMI_OPTION_POLICY_PACK": "/another"}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage(LabPaths(tmp_path / "lab", tmp_path / "cache"))
    stands_in = {
        "Lab": partial(Services, stage),
        "Engine": partial(Engine, stage),
        "Publisher": partial(Publisher, stage),
        "ensure": stage.ensure,
        "recover": stage.recover,
        "environment": _environment,
        "_signing_key_exists": lambda _variables: stage.key,
    }
    for name, stand_in in stands_in.items():
        monkeypatch.setattr(module, name, stand_in)
    return stage


def updated(**changes: int) -> Summary:
    return Summary(0, finished=True, changes=changes)


def refused(count: int = 1) -> Summary:
    urn = "urn:pulumi:local::cartorio::aws:s3/bucket:Bucket::evidence"
    found = tuple(
        Violation("cartorio", f"rule/{number}", urn, "make it private", mandatory=True) for number in range(count)
    )
    return Summary(255, finished=True, violations=found)


class TestOrder:
    """What comes after what."""

    def test_without_the_signing_key_an_empty_stack_comes_first(self, stage: Stage, tmp_path: Path) -> None:
        stage.key = False
        stage.previews = [updated(create=30), updated(create=5, update=1, same=30)]
        deployed = deploy(stage.paths, tmp_path / "project", Quiet())
        assert stage.done == [
            "tools (no file)",
            "services (no file)",
            "recover local (0.0.0)",  # a stack names the file: it must be there, saying that nothing is released
            "select local (0.0.0)",
            "preview (0.0.0)",
            "up (0.0.0)",
            "publish (0.0.0)",
            f"sign with awskms:///{KEY} (0.0.0)",
            "preview (0.1.0-new)",
            "up (0.1.0-new)",
            "stack output --json local (0.1.0-new)",
        ]
        assert deployed.changed == 36
        assert deployed.outputs == {"release": "0.1.0-new"}
        assert deployed.endpoints.registry == REGISTRY_AT

    def test_with_the_key_one_update_is_enough(self, stage: Stage, tmp_path: Path) -> None:
        OLD.write(stage.paths.release)
        stage.previews = [updated(update=2, same=38)]
        assert deploy(stage.paths, tmp_path, Quiet()).changed == 2
        assert stage.done[2:] == [
            "recover local (0.1.0-old)",
            "select local (0.1.0-old)",
            "publish (0.1.0-old)",
            f"sign with awskms:///{KEY} (0.1.0-old)",
            "preview (0.1.0-new)",
            "up (0.1.0-new)",
            "stack output --json local (0.1.0-new)",
        ]

    def test_when_kms_has_lost_its_keys_nothing_signed_before_stays_released(
        self, stage: Stage, tmp_path: Path
    ) -> None:
        OLD.write(stage.paths.release)
        stage.key = False
        stage.previews = [updated(create=30, delete=1), updated(create=5)]
        deploy(stage.paths, tmp_path, Quiet())
        assert [entry for entry in stage.done if entry.startswith("up")] == ["up (0.0.0)", "up (0.1.0-new)"]

    def test_nothing_to_change_is_not_updated(self, stage: Stage, tmp_path: Path) -> None:
        assert deploy(stage.paths, tmp_path, Quiet()).changed == 0
        assert [entry for entry in stage.done if entry.startswith(("preview", "up"))] == ["preview (0.1.0-new)"]

    def test_an_update_that_fails_half_way_fails_the_whole(self, stage: Stage, tmp_path: Path) -> None:
        stage.previews = [updated(create=1)]
        stage.updates = [Summary(255, finished=True, diagnostics=(Diagnostic("error", "", "no space"),))]
        with pytest.raises(LabError, match="no space"):
            deploy(stage.paths, tmp_path, Quiet())

    def test_a_release_that_cannot_be_signed_is_not_released(self, stage: Stage, tmp_path: Path) -> None:
        OLD.write(stage.paths.release)
        stage.signing = LabError("cosign sign failed")
        with pytest.raises(LabError, match="cosign sign failed"):
            deploy(stage.paths, tmp_path, Quiet())
        assert json.loads(stage.paths.release.read_text())["version"] == OLD.version
        assert not any(entry.startswith("up") for entry in stage.done)

    def test_a_refused_preview_ends_it_before_anything_is_published(self, stage: Stage, tmp_path: Path) -> None:
        stage.key = False
        stage.previews = [refused()]
        with pytest.raises(RefusedError):
            deploy(stage.paths, tmp_path, Quiet())
        assert stage.done[-1] == "preview (0.0.0)"

    def test_a_refused_release_fails_the_whole(self, stage: Stage, tmp_path: Path) -> None:
        stage.previews = [refused()]
        with pytest.raises(RefusedError):
            deploy(stage.paths, tmp_path, Quiet())
        assert stage.done[-1] == "preview (0.1.0-new)"

    def test_the_project_s_own_policy_pack_judges(self, stage: Stage, tmp_path: Path) -> None:
        deploy(stage.paths, tmp_path / "project", Quiet())
        assert stage.variables == {
            "HOME": "/lab",
            "PULUMI_OPTION_POLICY_PACK": str(tmp_path / "project" / "policy_pack"),
        }

    def test_the_steps_are_told(self, stage: Stage, tmp_path: Path) -> None:
        told = Told()
        stage.previews = [updated(create=2, same=3)]
        deploy(stage.paths, tmp_path, told)
        assert told.steps == [
            ("stack local", "selecting"),
            ("release", "0.1.0-new, signed"),
            ("stack local", "previewing"),
            ("stack local", "previewing: keys-envelope refreshing"),
            ("stack local", "updating 2 resources"),
            ("stack local", "updating: keys-envelope created"),
            ("stack local", "up: 2 changed, 3 as they were"),
        ]


class Told(Quiet):
    """Keeps the steps."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []

    def step(self, name: str, state: str) -> None:
        self.steps.append((name, state))


class TestFailure:
    """What a failed update is told as."""

    def test_a_refusal_names_rule_resource_and_message(self, tmp_path: Path) -> None:
        error = module._failure(refused(), tmp_path)
        assert isinstance(error, RefusedError)
        assert error.exit_code == 1
        assert error.what == "the policy pack refuses the stack local:\nrule/0: evidence\nmake it private"
        assert error.where == str(tmp_path / "Pulumi.local.yaml")
        assert "docs/policies.md" in str(error.remedy)

    def test_a_refusal_goes_before_the_errors_that_come_with_it(self, tmp_path: Path) -> None:
        noise = (Diagnostic("error", "", "update failed"),)
        (violation,) = refused().violations
        error = module._failure(Summary(255, violations=(violation,), diagnostics=noise), tmp_path)
        assert isinstance(error, RefusedError)
        assert "update failed" not in error.what

    def test_a_finding_about_the_whole_stack_says_so(self, tmp_path: Path) -> None:
        found = Violation("cartorio", "pack/exemptions", "", "exemptions.yaml: expired", mandatory=True)
        error = module._failure(Summary(255, violations=(found,)), tmp_path)
        assert "pack/exemptions: the stack\nexemptions.yaml: expired" in error.what

    def test_advice_is_no_refusal(self, tmp_path: Path) -> None:
        advice = Violation("cartorio", "rule/advice", "", "consider it", mandatory=False)
        diagnostics = (
            Diagnostic("warning", "", "a warning"),
            Diagnostic("error", "urn:pulumi:local::cartorio::aws:kms/key:Key::envelope", "throttled"),
            Diagnostic("error", "", "update failed"),
        )
        error = module._failure(Summary(255, violations=(advice,), diagnostics=diagnostics), tmp_path)
        assert not isinstance(error, RefusedError)
        assert error.exit_code == 3
        assert error.what == "the stack local did not come up:\nenvelope: throttled\nupdate failed"
        assert error.where == str(tmp_path)
        assert "make up" in str(error.remedy)

    def test_without_a_word_the_exit_code_is_told(self, tmp_path: Path) -> None:
        assert module._failure(Summary(137), tmp_path).what.endswith("\nexit code 137")

    def test_many_findings_are_counted_where_they_are_cut(self, tmp_path: Path) -> None:
        lines = module._failure(refused(15), tmp_path).what.splitlines()
        assert sum(line.startswith("rule/") for line in lines) == 12
        assert lines[-1] == "... and 3 more"
        assert "more" not in module._failure(refused(12), tmp_path).what


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (" +  aws:kms:Key keys-envelope creating (0s) ", "keys-envelope creating"),
        (" +  pulumi:providers:aws aws created (0.00s) ", "aws created"),
        (" +  kubernetes:core/v1:LimitRange tenancy-limits created (0.07s) ", "tenancy-limits created"),
        (" +  cartorio:audit:AuditTrail audit created  ", "audit created"),
        (" ~  kubernetes:helm.sh/v3:Release cartorio updating (3s) [diff: ~values]", "cartorio updating"),
        (" ++ aws:s3:Bucket evidence creating replacement (0s) ", "evidence creating"),
        (" -  aws:kms:Alias old-alias deleted (0.01s) ", "old-alias deleted"),
        ("    pulumi:pulumi:Stack cartorio-local running ", "cartorio-local running"),
        ("@ updating....", None),
        ("Updating (local):", None),
        ("    + 3 created", None),
        ("Policies:", None),
        ("    error: update failed", None),
        ("", None),
    ],
)
def test_the_engine_s_progress_is_passed_on(line: str, told: str | None) -> None:
    report = Told()
    module._progress(report, "updating")(line)
    assert report.steps == ([] if told is None else [("stack local", f"updating: {told}")])

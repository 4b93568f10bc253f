"""The plan: what one update of one stack would do, as a document that later commands read (docs/plan.schema.json)."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA: Final = "cartorio.plan/v1"
DIGEST: Final = r"^sha256:[0-9a-f]{64}$"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
"""Of a project or a stack, as Pulumi takes it: it becomes part of file names and of lines that programs read."""


class Record(BaseModel):
    """Base of everything in a plan: frozen, no unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Operation(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    IMPORT = "import"


class PropertyKind(StrEnum):
    """What becomes of a property."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


class ValueState(StrEnum):
    """What is known of a value."""

    PLAIN = "plain"
    SECRET = "secret"  # noqa: S105 - the word itself
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a violation is; unknown when its policy does not say."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Enforcement(StrEnum):
    """What a violation does to the update."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


class Value(Record):
    """A value of a property.

    Attributes:
        state: plain, or why there is no text.
        text: JSON, at most as long as `delivery.plan.values` says; empty when it is secret or unknown.
        sha256: of the whole JSON, when the text is only its beginning.
    """

    state: ValueState = ValueState.PLAIN
    text: str = ""
    sha256: str | None = None

    @model_validator(mode="after")
    def _secrets_have_no_text(self) -> Value:
        if self.state is not ValueState.PLAIN and (self.text or self.sha256):
            raise ValueError(f"a value that is {self.state} has no text")
        return self


class Property(Record):
    """A property that changes.

    Attributes:
        path: as in `spec.containers[0].image`.
        kind: what becomes of it.
        replaces: it is why the resource is replaced.
        assigned: the provider chose it, perhaps anew at every preview (an automatic name): no part of the digest.
        before: None when it is added.
        after: None when it is deleted.
    """

    path: str
    kind: PropertyKind
    replaces: bool = False
    assigned: bool = False
    before: Value | None = None
    after: Value | None = None


class Change(Record):
    """One resource that is to change.

    Attributes:
        operation: what is done to it.
        urn: the resource.
        type: its type token.
        parent: URN of the resource it belongs to; "" when none is known.
        custom: a provider manages it; a component is only a grouping.
        protected: the engine refuses to delete it as it stands.
        unprotects: this update lifts that protection.
        retained: it stays when the engine lets go of it.
        replace_keys: the properties that make it be replaced; none when something it depends on does.
        properties: what changes of it, in order of their paths.
    """

    operation: Operation
    urn: str
    type: str
    parent: str = ""
    custom: bool = True
    protected: bool = False
    unprotects: bool = False
    retained: bool = False
    replace_keys: tuple[str, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def name(self) -> str:
        """Its logical name."""
        return self.urn.rpartition("::")[2]

    @property
    def destructive(self) -> bool:
        """Whether something that is there goes away."""
        gone = self.operation in {Operation.DELETE, Operation.REPLACE}
        return gone and self.custom and not self.retained and not self.type.startswith("pulumi:")


class Source(Record):
    """A line of the project.

    Attributes:
        file: relative to the project's folder.
        line: from 1.
    """

    file: str
    line: Annotated[int, Field(ge=1)]


class Finding(Record):
    """One thing that a policy has to say.

    Attributes:
        rule: the policy's id.
        pack: the pack's name.
        severity: how bad it is.
        enforcement: what it does to the update.
        urn: the resource; "" for the stack.
        resource: what a person calls it.
        path: the property; "" for the resource as a whole.
        message: the reason.
        remedy: what to do.
        source: the line that declares the resource, when it is known.
    """

    rule: str
    pack: str
    severity: Severity
    enforcement: Enforcement
    urn: str
    resource: str
    path: str = ""
    message: str
    remedy: str = ""
    source: Source | None = None


class ExemptionUse(Record):
    """An exemption that let something pass.

    Attributes:
        rule: the rule that it broke.
        urn: the resource.
        resource: what a person calls it.
        message: what would have been a violation.
        reason: why it is exempt.
        owner: who decided it.
        ticket: where.
        expires: the last day, ISO 8601.
    """

    rule: str
    urn: str
    resource: str
    message: str
    reason: str
    owner: str
    ticket: str
    expires: str


class Image(Record):
    """An image that the stack runs, and what is thought of its signatures.

    Attributes:
        reference: as it is declared.
        outcome: trusted, refused, or error when nobody could tell.
        signers: the authorities whose keys signed it.
        reasons: why, most important first.
    """

    reference: str
    outcome: Literal["trusted", "refused", "error"]
    signers: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Problem(Record):
    """An error or a warning of the engine, a provider or the program; `urn` is "" when it is about none."""

    severity: Literal["error", "warning"]
    urn: str = ""
    message: str


class Counts(Record):
    """How many resources, by what is done to them."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    imported: int = 0
    unchanged: int = 0

    @classmethod
    def of(cls, changes: Iterable[Change], unchanged: int) -> Counts:
        """Those of these changes."""
        by = Counter(change.operation for change in changes)
        return cls(
            create=by[Operation.CREATE],
            update=by[Operation.UPDATE],
            replace=by[Operation.REPLACE],
            delete=by[Operation.DELETE],
            imported=by[Operation.IMPORT],
            unchanged=unchanged,
        )

    @property
    def changed(self) -> int:
        """How many are not as they were."""
        return self.create + self.update + self.replace + self.delete + self.imported


class Origin(Record):
    """Where a plan comes from.

    Attributes:
        at: when it was made, UTC.
        by: who had it made.
        engine: version of Pulumi's engine.
        commit: of the program; "" when it is not known.
        lab: made in the lab, from nothing: it says what the program is, not what would happen to what is there.
        seconds: how long it took.
    """

    at: AwareDatetime
    by: str
    engine: str
    commit: str = ""
    lab: bool = False
    seconds: Annotated[float, Field(ge=0)] = 0


class Plan(Record):
    """What one update of one stack would do.

    Attributes:
        schema_: which document this is, and of which version.
        project: the Pulumi project's name.
        stack: the stack's name.
        complete: the preview came to its end; otherwise more might change than is told here.
        digest: SHA-256 of what will be done (`delivery.plan.digest`), the same for two previews of the same thing.
        origin: when, by whom, with what.
        counts: how many resources.
        packs: the policy packs that judged it, by name and version.
        changes: the resources that change, in order of their URNs.
        findings: of the policies, worst first.
        exemptions: those that were used.
        images: those that the stack runs.
        problems: errors and warnings.
    """

    schema_: Annotated[Literal["cartorio.plan/v1"], Field(alias="schema")]
    project: Name
    stack: Name
    complete: bool
    digest: Annotated[str, Field(pattern=DIGEST)]
    origin: Origin
    counts: Counts
    packs: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    exemptions: tuple[ExemptionUse, ...] = ()
    images: tuple[Image, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether a policy pack has seen all of it. Of a preview that did not come to its end, nobody knows."""
        return bool(self.packs) or not self.complete

    @property
    def destructive(self) -> tuple[Change, ...]:
        """What goes away, or is made anew."""
        return tuple(change for change in self.changes if change.destructive)

    @property
    def unprotected(self) -> tuple[Change, ...]:
        """What loses its protection."""
        return tuple(change for change in self.changes if change.unprotects)

    @property
    def mandatory(self) -> tuple[Finding, ...]:
        """The findings that refuse the update."""
        return tuple(finding for finding in self.findings if finding.enforcement is Enforcement.MANDATORY)

    @property
    def failures(self) -> tuple[Problem, ...]:
        """What ended the preview, other than a policy."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

"""The case machine: the shape of a state machine in a pack (part ``machines``).

A machine is data: states, clocks, transitions with guards and effects, parallel branches. This module says what a
well-formed machine is and answers questions about one. It refuses machines that cannot be run: unknown states,
clocks or roles, two starts, no end, timers without clocks, states nobody can leave. It touches no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from citybrain.kernel.text import Text

KEY = r"^[a-z][a-z0-9_]{0,39}$"
Key = Annotated[str, Field(pattern=KEY)]
ANYONE_INSIDE = {"applicant", "system"}  # case roles every machine knows without declaring them
OUTCOMES = Literal["", "granted", "partial", "refused", "withdrawn", "returned", "not_accepted", "no_need"]
UNITS = Literal["workday", "day", "workhour", "hour"]


class Strict(BaseModel):
    """A typing mistake in a pack is a problem to report, not a field to ignore."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class LimitSpec(Strict):
    """A length of time: ``{value: 5, unit: workday}``."""

    value: int = Field(ge=0, le=3650)
    unit: UNITS = "workday"


class State(Strict):
    """One state: what officials call it, what the public reads, who has to act in it."""

    name: Text
    public: Text | None = None
    kind: Literal["start", "normal", "wait", "end"] = "normal"
    owner: str = ""  # case role whose work list shows the case; "applicant", "system" or "" = nobody
    step: str = ""  # key in ``steps``: progress shown to the public
    outcome: OUTCOMES = ""  # entering this state is the decision on the case
    link: str = ""  # link code (环节) of the archive: 1 收件 2 受理 3 审核 4 办结 11 补正 12 挂起


class Step(Strict):
    """One step of the progress line the public sees."""

    key: Key
    name: Text


class Clock(Strict):
    """A running time limit. ``limit`` is a length, or ``from matter`` (the case's promised limit)."""

    name: Text
    limit: LimitSpec | Literal["from matter"] = "from matter"
    default: LimitSpec | None = None  # used by ``from matter`` when the matter names none
    basis: str = ""
    light: bool = True  # does this clock colour the case in work lists
    confirmed: bool = True  # false: the limit has a weak source and is shown as 待核实
    warn: LimitSpec | None = None  # yellow this long before due; default: 20 % left or one day


class Choice(Strict):
    """One answer of a choice field."""

    value: str = Field(max_length=60)
    name: Text


def _choices(raw: Any) -> Any:
    """``{agree: 同意}`` is short for ``[{value: agree, name: 同意}]``."""
    if isinstance(raw, dict):
        return [{"value": str(value), "name": name} for value, name in raw.items()]
    return raw


class FieldSpec(Strict):
    """Something the person who acts has to say."""

    name: Key
    label: Text
    type: Literal[
        "text", "longtext", "number", "date", "boolean", "choice", "choices", "list", "file", "any"
    ] = "text"
    required: bool = False
    hint: Text | None = None
    choices: Annotated[list[Choice], BeforeValidator(_choices)] = []
    min: float | None = None
    max: float | None = None  # number: largest value; text: longest length; list: most items
    personal: bool = False

    @model_validator(mode="after")
    def _choices_given(self) -> FieldSpec:
        if self.type in ("choice", "choices") and not self.choices:
            raise ValueError(f"field {self.name}: a {self.type} needs choices")
        return self


class Refusal(Strict):
    """Why the act is refused when its guard is false: a code and a sentence for people."""

    code: Key = "not_possible"
    zh: str
    en: str = ""


class Timer(Strict):
    """Fire by the system when the clock is due (or ``before`` earlier)."""

    clock: Key
    at: Literal["due"] = "due"
    before: LimitSpec | None = None


class When(Strict):
    """The act is possible only while this clock has not run out."""

    clock: Key


class Transition(Strict):
    """One arrow of the machine. ``by`` names case roles, ``applicant`` or ``system``."""

    from_: list[Key] = Field(alias="from", min_length=1)
    to: Key
    action: Key
    name: Text
    by: list[str] = Field(min_length=1)
    guard: str = Field(default="", max_length=500)
    refusal: Refusal | None = None
    fields: list[FieldSpec] = []
    effects: list[dict[Key, Any]] = []
    separate_from: list[Key] = []  # whoever did one of these actions on this case may not do this one
    once: bool = False  # at most once in the life of a case
    before: When | None = None
    timer: Timer | None = None
    auto: bool = False  # by the system, as soon as the state is entered and the guard is true
    danger: bool = False
    primary: bool = False  # the button a screen shows first
    signed: bool = False  # a decision: carries the electronic signature of the officer who takes it
    public: bool = True  # shown in the applicant's own timeline
    basis: str = ""

    @field_validator("from_", "by", mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return [raw] if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _sound(self) -> Transition:
        if any(len(effect) != 1 for effect in self.effects):
            raise ValueError(f"action {self.action}: every effect is one 'name: arguments' pair")
        if (self.timer or self.auto) and "system" not in self.by:
            raise ValueError(f"action {self.action}: a timer or auto needs 'by: system'")
        if self.signed and ANYONE_INSIDE & set(self.by):
            raise ValueError(
                f"action {self.action}: signed is for officials alone, not for applicant or system"
            )
        names = [f.name for f in self.fields]
        if len(names) != len(set(names)):
            raise ValueError(f"action {self.action}: two fields have the same name")
        return self

    @property
    def id(self) -> str:
        """Name of the arrow in coverage and diagrams: ``from|from:action:to``."""
        return f"{'|'.join(self.from_)}:{self.action}:{self.to}"


class Branch(Strict):
    """One unit that answers in a parallel block."""

    key: Key
    name: Text
    role: str
    organisation: str = ""  # empty: the case's own organisation
    lead: bool = False


class Outcome(Strict):
    """What the engine does when enough branches answered: first outcome whose ``when`` is true."""

    when: str = Field(default="true", max_length=300)
    action: Key


class Parallel(Strict):
    """Branches that work at the same time while the case stands in ``state``, and how they join.

    ``branches`` are fixed, or ``branches_from`` names a list field of the act that entered the state; each item is
    ``{key, name, organisation, role}``. ``join``: ``all`` answered, ``any`` one, ``lead`` the lead unit after all
    others, or ``majority``.
    """

    name: Text
    state: Key
    branches: list[Branch] = []
    branches_from: str = ""
    role: str = "reviewer"  # role of branches that come from a field
    join: Literal["all", "any", "lead", "majority"] = "all"
    answer: Key = "answer"  # the action with which a branch answers
    answers: Annotated[list[Choice], BeforeValidator(_choices)] = [
        Choice(value="agree", name=Text(zh="同意", en="Agree")),
        Choice(value="object", name=Text(zh="不同意", en="Object")),
    ]
    limit: LimitSpec | None = None
    outcomes: list[Outcome] = Field(min_length=1)

    @model_validator(mode="after")
    def _some_branches(self) -> Parallel:
        if bool(self.branches) == bool(self.branches_from):
            raise ValueError("a parallel block has either branches or branches_from")
        return self


class Fact(Strict):
    """A value of the case's context that guards may use."""

    type: Literal["number", "text", "boolean", "date"] = "text"
    default: Any = None


class Machine(Strict):
    """A versioned case machine. A running case keeps the version it began under."""

    key: Key
    version: int = Field(default=1, ge=1)
    name: Text
    about: Text | None = None
    kind: Literal["case", "bundle", "task"] = "case"
    numbering: str = "case"  # key of a numbering profile
    number_on: Key | Literal["open"] = "submit"  # the action after which the case has its number
    basis: list[str] = []
    roles: dict[Key, str] = {}
    parties: dict[
        Key, Key
    ] = {}  # case role → whose unit acts in it (a key of the case's parties); else the case's own
    steps: list[Step] = []
    facts: dict[Key, Fact] = {}
    states: dict[Key, State]
    clocks: dict[Key, Clock] = {}
    transitions: list[Transition] = Field(max_length=200)
    parallel: dict[Key, Parallel] = {}

    @model_validator(mode="after")
    def _runs(self) -> Machine:
        problems = list(self.problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    # questions -------------------------------------------------------------------------------------------------

    @property
    def start(self) -> str:
        """Key of the start state."""
        return next(key for key, state in self.states.items() if state.kind == "start")

    def leaving(self, state: str) -> list[Transition]:
        """Transitions that leave (or stay in) a state, in written order."""
        return [t for t in self.transitions if state in t.from_]

    def block(self, state: str) -> tuple[str, Parallel] | None:
        """The parallel block that runs in a state."""
        return next(((key, b) for key, b in self.parallel.items() if b.state == state), None)

    def timers(self, clock: str) -> list[Transition]:
        """Transitions fired by a clock."""
        return [t for t in self.transitions if t.timer and t.timer.clock == clock]

    def permission(self, role: str) -> str:
        """Permission that lets a post act in a case role."""
        return f"cases.{self.roles.get(role, role)}"

    def unit(self, role: str, organisation: str, context: Mapping[str, Any]) -> str:
        """The unit that acts in a case role: the named party's where the machine names one and the case knows it."""
        known = context.get("parties") or {}
        return known.get(self.parties.get(role, ""), "") or organisation

    # soundness -------------------------------------------------------------------------------------------------

    def problems(self) -> Iterator[str]:
        """Plain sentences on everything that would stop this machine from running."""
        starts = [key for key, state in self.states.items() if state.kind == "start"]
        ends = [key for key, state in self.states.items() if state.kind == "end"]
        if len(starts) != 1:
            yield f"exactly one state must have kind 'start', found {len(starts)}"
        if not ends:
            yield "no state has kind 'end'"
        yield from self._role_problems()
        yield from self._arrow_problems()
        yield from self._block_problems()
        if len(starts) == 1:
            yield from self._reach_problems(starts[0])

    def _role_problems(self) -> Iterator[str]:
        known = ANYONE_INSIDE | set(self.roles)
        steps = {step.key for step in self.steps}
        for role in sorted(set(self.parties) - set(self.roles)):
            yield f"parties: '{role}' is not a role of this machine"
        for key, state in self.states.items():
            if state.owner and state.owner not in known:
                yield f"state {key}: owner '{state.owner}' is not a role of this machine"
            if state.step and state.step not in steps:
                yield f"state {key}: step '{state.step}' is not declared"
        for t in self.transitions:
            for role in t.by:
                if role not in known:
                    yield f"action {t.action}: role '{role}' is not a role of this machine"

    def _arrow_problems(self) -> Iterator[str]:
        actions = {t.action for t in self.transitions}
        for t in self.transitions:
            for state in (*t.from_, t.to):
                if state not in self.states:
                    yield f"action {t.action}: state '{state}' does not exist"
            for action in t.separate_from:
                if action not in actions:
                    yield f"action {t.action}: separate_from names '{action}', which does not exist"
            for clock in filter(None, (t.timer and t.timer.clock, t.before and t.before.clock)):
                if clock not in self.clocks:
                    yield f"action {t.action}: clock '{clock}' does not exist"
            for effect in t.effects:
                yield from self._effect_problems(t.action, *next(iter(effect.items())))

    def _effect_problems(self, action: str, name: str, args: Any) -> Iterator[str]:
        if name not in {"start_clock", "stop_clock", "pause_clock", "resume_clock", "extend_clock"}:
            return
        clock = args.get("clock") if isinstance(args, dict) else args
        if clock not in self.clocks and not (name == "stop_clock" and clock == "all"):
            yield f"action {action}: effect {name} names clock '{clock}', which does not exist"

    def _block_problems(self) -> Iterator[str]:
        for key, block in self.parallel.items():
            if block.state not in self.states:
                yield f"parallel {key}: state '{block.state}' does not exist"
                continue
            leaving = {t.action for t in self.leaving(block.state) if "system" in t.by}
            for outcome in block.outcomes:
                if outcome.action not in leaving:
                    yield f"parallel {key}: outcome '{outcome.action}' is no system action of state {block.state}"
            roles = {b.role for b in block.branches} | ({block.role} if block.branches_from else set())
            for role in sorted(roles - set(self.roles)):
                yield f"parallel {key}: role '{role}' is not a role of this machine"

    def _reach_problems(self, start: str) -> Iterator[str]:
        reached, todo = {start}, [start]
        while todo:
            here = todo.pop()
            fresh = {t.to for t in self.leaving(here)} - reached
            reached |= fresh
            todo.extend(fresh)
        for key, state in self.states.items():
            if key not in reached:
                yield f"state {key}: no transition leads to it"
            elif state.kind != "end" and not self.leaving(key):
                yield f"state {key}: nobody can leave it and it is no end"

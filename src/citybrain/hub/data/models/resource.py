"""The catalogue (目录): resources, one row a dataset, with the core metadata of reference §6.2, and their items."""

from django.db import models

from citybrain.hub.data.data import Column, Dataset, ItemRecord, ResourceRecord
from citybrain.kernel.text import Text

KINDS = [
    ("operational", "facts of a room"),
    ("lake", "table of the lake"),
    ("harvested", "described elsewhere"),
]
LAYERS = [(word, word) for word in ("operational", "raw", "standard", "register", "theme", "product")]
DATA_CLASSES = [(word, word) for word in ("general", "important", "core")]
STATES = [(word, word) for word in ("draft", "published", "withdrawn")]


class Resource(models.Model):
    """A dataset in the catalogue. ``version`` grows when its shape changes.

    ``key`` is ``namespace.noun``: the room's word for operational facts, else a namespace of the lake, and then also
    the name of the table. What a room announces in code is written by ``sync_catalogue``; the rest by a pack or a person.
    """

    key = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=12, choices=KINDS, default="operational")
    layer = models.CharField(max_length=12, choices=LAYERS, default="operational")
    room = models.CharField(max_length=40, blank=True)
    title = models.JSONField()
    description = models.JSONField(default=dict)
    hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    alive = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    demo = models.BooleanField(default=False)
    pack = models.CharField(max_length=60, blank=True)
    # Classes and codes (资源分类, 资源代码), who provides it, under which limits.
    code = models.CharField(max_length=60, blank=True, db_index=True)
    classification = models.CharField(max_length=40, blank=True, db_index=True)
    owner = models.CharField(max_length=80, blank=True, db_index=True)
    source_system = models.CharField(max_length=80, blank=True)
    format = models.CharField(max_length=20, default="database")
    cycle = models.CharField(max_length=20, blank=True)
    sharing = models.CharField(max_length=20, blank=True)
    sharing_condition = models.CharField(max_length=400, blank=True)
    sharing_basis = models.CharField(max_length=200, blank=True)
    sharing_ways = models.JSONField(default=list)
    opening = models.CharField(max_length=20, blank=True)
    opening_basis = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=2, default="L1")
    retention_months = models.PositiveIntegerField(null=True)
    note = models.JSONField(default=dict)
    # ``grade`` is the highest of the items' grades and of this floor, which a person sets for the whole (就高从严).
    grade_floor = models.CharField(max_length=2, default="L1")
    data_class = models.CharField(max_length=12, choices=DATA_CLASSES, default="general")
    special_approval = models.CharField(max_length=200, blank=True)
    security_owner = models.CharField(max_length=120, blank=True)
    vertical = models.BooleanField(default=False)
    keywords = models.JSONField(default=list)
    related = models.JSONField(default=list)
    former_codes = models.JSONField(default=list)
    # Roles of items: which one is the time, the owning unit, the place, the matter, the identifier rows are looked up by.
    time_item = models.CharField(max_length=60, blank=True)
    organisation_item = models.CharField(max_length=60, blank=True)
    division_item = models.CharField(max_length=60, blank=True)
    key_item = models.CharField(max_length=60, blank=True)
    permission = models.CharField(max_length=60, default="data.read")
    # Facts about the rows, renewed by whoever writes them.
    rows = models.BigIntegerField(default=0)
    newest_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]
        indexes = [models.Index(fields=["kind", "layer", "state"], name="data_resource_kind")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key

    def record(self) -> ResourceRecord:
        """The frozen record that crosses the door."""
        return ResourceRecord(
            key=self.key, kind=self.kind, layer=self.layer, room=self.room, title=Text(**self.title),
            description=Text(**(self.note or self.description or {"zh": ""})), state=self.state, alive=self.alive,
            owner=self.owner, cycle=self.cycle, sharing=self.sharing, sharing_condition=self.sharing_condition,
            sharing_basis=self.sharing_basis, opening=self.opening, opening_basis=self.opening_basis, grade=self.grade,
            code=self.code, classification=self.classification, version=self.version, rows=self.rows, demo=self.demo,
            newest_at=self.newest_at, received_at=self.received_at, changed_at=self.changed_at,
            key_item=self.key_item, items=tuple(item.record() for item in self.items.all()),
            data_class=self.data_class, security_owner=self.security_owner, source_system=self.source_system,
            format=self.format, sharing_ways=tuple(self.sharing_ways), retention_months=self.retention_months,
            vertical=self.vertical, keywords=tuple(self.keywords), related=tuple(self.related),
            published_at=self.published_at,
        )  # fmt: skip

    def dataset(self) -> Dataset:
        """A table of the lake as the doors ``read`` and ``measure`` know datasets."""
        return Dataset(
            key=self.key, room=self.key.partition(".")[0], title=Text(**self.title), store="lake",
            columns=tuple(item.column() for item in self.items.all()), sql="", time_column=self.time_item,
            organisation_column=self.organisation_item, division_column=self.division_item,
            permission=self.permission, description=Text(**(self.description or {"zh": ""})),
        )  # fmt: skip


class Item(models.Model):
    """One information item (信息项) of a resource."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()
    type = models.CharField(max_length=12)
    length = models.PositiveIntegerField(null=True)
    is_key = models.BooleanField(default=False)
    required = models.BooleanField(default=False)
    code_table = models.CharField(max_length=60, blank=True)
    # The kind of identifier it holds (citizen_number, uscc, phone …); rules, matching and look-ups use it.
    identifier = models.CharField(max_length=30, blank=True)
    grade = models.CharField(max_length=2, default="L1")
    personal = models.CharField(max_length=30, blank=True)
    sharing = models.CharField(max_length=20, blank=True)
    opening = models.CharField(max_length=20, blank=True)
    description = models.JSONField(default=dict)
    # The thing of a register it holds (``population.name``), and whether this resource is its one source (一数一源).
    element = models.CharField(max_length=80, blank=True)
    is_source = models.BooleanField(default=False)

    class Meta:
        ordering = ["resource", "position"]
        constraints = [models.UniqueConstraint(fields=["resource", "name"], name="data_item_once")]
        indexes = [models.Index(fields=["element", "is_source"], name="data_item_element")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource_id}.{self.name}"

    def record(self) -> ItemRecord:
        """The frozen record that crosses the door."""
        return ItemRecord(
            name=self.name, title=Text(**self.title), type=self.type, length=self.length, is_key=self.is_key,
            required=self.required, code_table=self.code_table, identifier=self.identifier, grade=self.grade,
            personal=self.personal, sharing=self.sharing, opening=self.opening, element=self.element,
            is_source=self.is_source,
        )  # fmt: skip

    def column(self) -> Column:
        """As ``read`` and ``measure`` know columns."""
        return Column(
            name=self.name,
            type=self.type,
            title=Text(**self.title),
            grade=self.grade,
            personal=masking(self.personal),
        )  # type: ignore[arg-type]  # choices are checked when written


def masking(kind: str) -> bool | str:
    """``yes`` hides wholly, another word names a masking kind, nothing is not personal."""
    return kind == "yes" if kind in ("", "yes") else kind

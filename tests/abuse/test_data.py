"""The data room against a clerk of another unit: SQL, conditions, drafts, files on people; nothing of others is to be had."""

from types import SimpleNamespace

import pytest
from pyiceberg.manifest import FileFormat

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.catalogue.actions.describe import describe_resource
from citybrain.hub.data.catalogue.domain import form
from citybrain.hub.data.lake import planning, reading
from citybrain.hub.data.lake.catalog import catalog
from citybrain.hub.data.models import ReadLog, Resource
from citybrain.hub.data.registers.domain import model_sql
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.data.workbench.actions.run_sql import run_sql
from citybrain.hub.identity.tests import factories as town
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, Invalid

pytestmark = [pytest.mark.django_db]
WHY = "核对登记情况"
OURS, OTHER = "350902-scjg", "350921-scjg"
NUMBER = "35098219851231002X"
RIGHTS = ["data.view", "data.read", "data.export", "data.sql"]


@pytest.fixture
def table(lake):
    """A register with one row of the clerk's unit and one of another unit."""
    rows.lake_resource()
    rows.deliver(
        "gaj.person",
        [
            {"number": "35090219900101001X", "name": "张三", "organisation": OURS, "income": 10},
            {"number": NUMBER, "name": "李四", "organisation": OTHER, "income": 987654},
        ],
    )
    return lake


@pytest.fixture
def clerk(db):
    """Of one county's bureau; reads its rows masked, asks by SQL, exports."""
    town.town()
    town.role("clerk", RIGHTS)
    return town.official("clerk", town.post("clerk", OURS))


# -- the workbench ----------------------------------------------------------------------------------------------------

# The engine keeps whole tables in temporary views while a statement runs. Names are lent by a WITH that is not in force
# where the name stands, so that a check by name alone finds it known.
BY_VIEW = [
    "SELECT o.* FROM {view} o, gaj.person, (WITH {view} AS (SELECT 1) SELECT * FROM {view}) x",
    "WITH {view} AS (SELECT * FROM {view}) SELECT {view}.* FROM {view}, gaj.person",
    "WITH RECURSIVE {view} AS (SELECT * FROM {view}) SELECT {view}.* FROM {view}, gaj.person",
    "WITH RECURSIVE {view} AS (SELECT * FROM {view} UNION ALL SELECT * FROM {view}) SELECT v.* FROM {view} v, gaj.person LIMIT 5",
    "WITH RECURSIVE {view} AS (SELECT * FROM {view} INTERSECT SELECT * FROM {view}) SELECT v.* FROM {view} v, gaj.person",
    "WITH a AS (SELECT * FROM {view}), {view} AS (SELECT 1) SELECT a.* FROM a, gaj.person",
    "SELECT (SELECT max(name) FROM {view}) FROM gaj.person, (WITH {view} AS (SELECT 1) SELECT * FROM {view}) x",
    "SELECT 1 FROM gaj.person WHERE EXISTS (FROM {view}) AND 1 IN (WITH {view} AS (SELECT 1 n) SELECT n FROM {view})",
    "WITH a AS (WITH {view} AS (SELECT 1) SELECT * FROM {view}) SELECT {view}.* FROM {view}, a, gaj.person",
]  # fmt: skip


def known_views(monkeypatch, name: str) -> None:
    """The engine's words for tables under a name the attacker guessed."""
    monkeypatch.setattr(reading, "uuid4", lambda: SimpleNamespace(hex=name))


@pytest.mark.parametrize("sql", BY_VIEW)
@pytest.mark.parametrize("view", ["lake_0", "lake_guessed", "seen_0"])
def test_no_lent_name_reaches_the_whole_table(table, clerk, monkeypatch, sql, view):
    known_views(monkeypatch, "guessed")
    with pytest.raises(Invalid):
        run_sql(town.actor(clerk), sql.format(view=view), purpose=WHY)
    assert not ReadLog.objects.exists(), "it was run"


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT f.* FROM "{file}" f, (WITH "{file}" AS (SELECT 1) SELECT 1) x',
        'WITH "{file}" AS (SELECT * FROM "{file}") SELECT * FROM "{file}"',
        'WITH "{file}" AS (SELECT 1 one) SELECT * FROM "{file}"',
    ],
)
def test_no_lent_name_opens_a_file_of_the_lake(table, clerk, sql):
    """The engine may open every file of the lake, those of tables nobody granted too."""
    file = next(path for path in table.rglob("*.parquet"))
    with pytest.raises(Invalid):
        run_sql(town.actor(clerk), sql.format(file=file), purpose=WHY)


def test_the_views_of_the_engine_have_names_nobody_knows(table, monkeypatch):
    """Should a name get through all the same: twice the same question, never twice the same view."""
    given = []
    kept = reading.aliased
    monkeypatch.setattr(reading, "aliased", lambda node, view: given.append(view) or kept(node, view))
    for _turn in range(2):
        reading.query("SELECT count(*) FROM gaj.person")
    assert len(set(given)) == 2


def test_names_that_a_with_gives_where_they_stand_are_still_good(table, clerk):
    sql = """
        WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3), 本单位 AS (SELECT * FROM gaj.person)
        SELECT (SELECT count(*) FROM n), count(*) FROM 本单位, (WITH q AS (SELECT max(i) AS m FROM N) SELECT m FROM q) x
    """
    assert run_sql(town.actor(clerk), sql, purpose=WHY).rows == [(3, 1)]


@pytest.mark.parametrize(
    "call",
    [
        "stats(income)", "current_setting('temp_directory')", "('temp_directory').current_setting()", "current_query()",
        "error(name)", "getvariable('x')", "pg_get_viewdef(1)", "write_log('x')", "sleep_ms(10)", "pg_sleep(1)", "nextval('x')",
    ],
)  # fmt: skip
def test_functions_that_tell_of_the_engine_or_of_other_rows_are_not_offered(table, clerk, call):
    with pytest.raises(Invalid) as error:
        run_sql(town.actor(clerk), f"SELECT {call} FROM gaj.person", purpose=WHY)
    assert error.value.problems[0].code == "function"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM gaj.person WHERE CAST(income AS TINYINT) > 0",
        "SELECT count(*) FROM gaj.person WHERE CASE WHEN organisation <> '350902-scjg' THEN CAST(organisation AS INTEGER) > 0 ELSE true END",
        "SELECT max(CASE WHEN income > 900000 THEN CAST(organisation AS INTEGER) END) FROM gaj.person",
        "SELECT count(*) OVER (), organisation FROM gaj.person QUALIFY row_number() OVER (ORDER BY income DESC) = 1",
    ],
)  # fmt: skip
def test_rows_of_others_raise_no_error_that_tells_of_them(table, clerk, sql):
    try:
        found = str(run_sql(town.actor(clerk), sql, purpose=WHY).rows)
    except Invalid as error:
        found = str(error)
    assert "987654" not in found
    assert OTHER not in found


@pytest.mark.parametrize("name", ["lake_0", "/data/lake/x.parquet", "candidate"])
def test_a_packs_model_lends_no_name_either(name):
    for sql in (
        f'SELECT o.a AS a FROM "{name}" o, gaj.person, (WITH "{name}" AS (SELECT 1 AS a) SELECT a FROM "{name}") x',
        f'WITH "{name}" AS (SELECT * FROM "{name}") SELECT p.name AS name FROM gaj.person p, "{name}"',
    ):
        with pytest.raises(model_sql.Refused):
            model_sql.checked(sql)


# -- conditions, drafts -----------------------------------------------------------------------------------------------

FELT = [
    'number = "35090219900101001X"',
    'starts_with(number, "350902199001")',
    'income > 5 and name = "张三"',
]


@pytest.mark.parametrize("where", FELT)
def test_a_mask_cannot_be_felt_through_a_condition(table, clerk, client, where):
    """Masked rows that come or stay away tell digit by digit what the mask hides, and the number lies in the address."""
    client.force_login(clerk)
    asked = client.get("/data/gaj.person/rows/", {"purpose": WHY, "where": where})
    assert asked.status_code == 422
    assert client.post("/data/gaj.person/export/", {"purpose": WHY, "where": where}).status_code == 422
    assert not ReadLog.objects.exists()
    assert client.get("/data/gaj.person/rows/", {"purpose": WHY, "where": "income > 5"}).status_code == 200


def test_another_units_draft_is_not_there(table, clerk, client):
    Resource.objects.filter(pk="gaj.person").update(state="draft")
    client.force_login(clerk)
    pages = [
        client.get("/data/gaj.person/rows/"),
        client.get("/data/gaj.person/rows/", {"purpose": WHY}),
        client.get("/data/gaj.person/"),
    ]
    for answer in [*pages, client.post("/data/gaj.person/export/", {"purpose": "?"})]:
        assert answer.status_code == 404
        assert "人口" not in answer.content.decode()


@pytest.mark.parametrize("role", ["time_item", "key_item", "organisation_item", "division_item"])
@pytest.mark.parametrize(
    "name", ['a") FROM gaj.person --', 'name" || (SELECT 1) || "', "name\n", "Name", "1"]
)
def test_the_name_of_an_item_is_a_name_wherever_it_is_typed(table, role, name):
    """It becomes a column in statements of the house, which nobody checks again."""
    rows.lake_resource("scjg.firm", owner=OURS, state="draft")
    by = Actor.system("tests")
    with pytest.raises(Invalid):
        describe_resource("scjg.firm", values={role: name}, by=by)
    column = next(c for c in form.RESOURCE_COLUMNS if c.field == role)
    assert form.read_text(column, name)[1] is not None
    assert form.read_text(column, "name")[1] is None


def test_a_role_that_is_no_item_is_never_asked_for(table):
    """Rows of a table come in while its description names another table's column."""
    rows.lake_resource("scjg.firm", owner=OURS, time_item='registered_at") FROM gaj.person --')
    rows.deliver("scjg.firm", [{"number": "1", "name": "甲"}])
    rows.deliver("gaj.person", [{"number": "2", "name": "乙", "registered_at": clock.now()}])
    note_delivery("scjg.firm", batch="b", rows=1, by=Actor.system("tests"))
    assert Resource.objects.get(pk="scjg.firm").newest_at is None


# -- the lake's own plan ----------------------------------------------------------------------------------------------


def test_a_manifest_that_was_changed_after_the_door_leads_nowhere(table, tmp_path):
    """Whoever may write into the folder of one table cannot have our readers open the files of another one."""
    rows.lake_resource("scjg.firm")
    theirs = next(path for path in table.rglob("*.parquet") if "person" in str(path))
    catalog().load_table("scjg.firm").transaction().commit_transaction()
    found = catalog().load_table("scjg.firm")
    found.add_files([f"file://{theirs}"], check_duplicate_files=False)
    with pytest.raises(Conflict) as error:
        reading.query("SELECT * FROM scjg.firm")
    assert error.value.code == "outside"


@pytest.mark.parametrize(
    "path", ["/lake/gaj/secret/a.parquet", "/lake/scjg/firm/../../gaj/a.parquet", "/lake/scjg/firm2/a.parquet", "s3://other/a.parquet"]
)  # fmt: skip
def test_files_of_a_plan_lie_below_their_table(path):
    file = SimpleNamespace(file_path=path, file_format=FileFormat.PARQUET)
    with pytest.raises(Conflict):
        planning.refused(file, "/lake/scjg/firm/")
    inside = SimpleNamespace(
        file_path="file:///lake/scjg/firm/data/a.parquet", file_format=FileFormat.PARQUET
    )
    assert planning.refused(inside, "/lake/scjg/firm/") is inside

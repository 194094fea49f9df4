"""Apache Spark attaches through the door with the properties of the handbook. Runs where Spark and the Iceberg runtime are:
``SPARK_PYTHON`` (an interpreter with pyspark 3.5) and ``CITYBRAIN_ICEBERG_JAR``; ``scripts/spark_cluster.py --jar fetch``
brings both into a folder.
"""

import json
import os
import subprocess

import pytest

from citybrain.hub.data.lake import merging, reading
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import new_client
from citybrain.kernel import clock
from citybrain.kernel.models import AuditEntry

PYTHON, JAR = os.environ.get("SPARK_PYTHON", ""), os.environ.get("CITYBRAIN_ICEBERG_JAR", "")
pytestmark = pytest.mark.skipif(not (PYTHON and JAR), reason="needs SPARK_PYTHON and CITYBRAIN_ICEBERG_JAR")
DRIVER = """
import json, sys
from pyspark.sql import SparkSession
given = json.load(sys.stdin)
made = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
for name, value in given["conf"].items():
    made = made.config(name, value)
spark = made.getOrCreate()
spark.sparkContext.setLogLevel("OFF")
said = []
for statement in given["statements"]:
    try:
        said.append([[str(v) for v in row] for row in spark.sql(statement).collect()])
    except Exception as error:
        said.append("refused: " + str(error)[:300])
print("ANSWER " + json.dumps(said))
spark.stop()
"""


def spark(address: str, client, secret: str, *statements: str) -> list:
    """What each statement gave: rows as texts, or the refusal."""
    door, city = f"{address}/data/iceberg", "spark.sql.catalog.city"
    conf = {
        city: "org.apache.iceberg.spark.SparkCatalog", f"{city}.type": "rest", f"{city}.uri": door,
        f"{city}.credential": f"{client.pk}:{secret}", f"{city}.oauth2-server-uri": f"{door}/v1/oauth/tokens",
        "spark.jars": JAR, "spark.sql.shuffle.partitions": "1", "spark.driver.memory": "700m",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, "-c", DRIVER], input=json.dumps({"conf": conf, "statements": statements}), text=True,
        capture_output=True, timeout=900, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "TZ": "UTC"},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert lines, done.stderr[-3000:]
    return json.loads(lines[0].removeprefix("ANSWER "))


@pytest.fixture
def person(served):
    factories.lake_resource()
    factories.lake_resource("scjg.firm", owner="350900-scjg", grade="L1")
    factories.deliver("gaj.person", [{"number": n, "name": "张三"} for n in "1234"])
    merging.delete("gaj.person", key="number", keys=["4"], batch="gone", at=clock.now())
    return "gaj.person"


def test_spark_reads_writes_and_sees_our_deletes(served, person):
    said = spark(
        served, *new_client(LakeGrant("gaj", write=True)),
        "SHOW NAMESPACES IN city", "SHOW TABLES IN city.gaj",
        "SELECT number FROM city.gaj.person ORDER BY number",
        "INSERT INTO city.gaj.person (number, name) VALUES ('5', '王五'), ('6', '赵六')",
        "DELETE FROM city.gaj.person WHERE number = '1'",
        "MERGE INTO city.gaj.person AS t USING (SELECT '2' AS number, '李小四' AS name) AS s ON t.number = s.number "
        "WHEN MATCHED THEN UPDATE SET name = s.name",
        "SELECT number, name FROM city.gaj.person ORDER BY number",
        "SELECT * FROM city.scjg.firm",
    )  # fmt: skip
    assert said[0] == [["gaj"]]
    assert [row[1] for row in said[1]] == ["person"]
    assert said[2] == [["1"], ["2"], ["3"]]
    assert said[3:6] == [[], [], []]
    expected = [("2", "李小四"), ("3", "张三"), ("5", "王五"), ("6", "赵六")]
    assert [tuple(row) for row in said[6]] == expected
    assert said[7].startswith("refused: [TABLE_OR_VIEW_NOT_FOUND]")
    assert reading.query("SELECT number, name FROM gaj.person ORDER BY 1").rows == expected
    assert ReadLog.objects.filter(dataset="gaj.person", kind="attach", organisation="350900-gaj").exists()


def test_spark_with_a_reading_grant_changes_nothing(served, person):
    said = spark(
        served, *new_client(LakeGrant("gaj")), "SELECT count(*) FROM city.gaj.person",
        "INSERT INTO city.gaj.person (number) VALUES ('9')", "DELETE FROM city.gaj.person WHERE number = '1'",
        "DROP TABLE city.gaj.person", "CREATE TABLE city.gaj.mine (code STRING)",
    )  # fmt: skip
    assert said[0] == [["3"]]
    assert [answer[:8] for answer in said[1:]] == ["refused:"] * 4
    assert reading.row_count("gaj.person") == 3
    statuses = {row.after["status"] for row in AuditEntry.objects.filter(action="data.lake_door")}
    assert 403 in statuses

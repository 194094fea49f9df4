"""A real Spark cluster over a table of the lake loses a worker in the middle of a question; is the answer still right?

    python scripts/spark_cluster.py [--rows 3000000] [--jar fetch | FILE] [--venv FOLDER]

Starts a standalone master and two workers (Spark from PyPI in a throwaway environment, a JRE from the system), makes a
table, asks it the same question three ways: the embedded engine, the cluster undisturbed, the cluster while one worker
and its executor are killed with -9. With the Iceberg runtime jar (``--jar`` or the environment's
``CITYBRAIN_ICEBERG_JAR``; ``fetch`` takes the one a package on PyPI brings) and Debian's libpostgresql-jdbc-java the
cluster opens the table through its own JDBC catalogue on our PostgreSQL, delete files included; without the jar it reads
the data files of the plan, and the script says so.
Prints what happened; exits 1 when an answer differs. Not part of the ordinary tests. Described in
docs/handbook/data-lake-engines.md.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import _lake_city, _lake_load, _lake_rows  # noqa: E402

SPARK = "pyspark>=3.5,<3.6"
JAR_PACKAGE = "snowpark-connect-deps-iceberg>=1,<2"
JAR = "iceberg-spark-runtime-3.5_2.12-*.jar"
SHADED = "org/apache/iceberg/shaded/"  # where the runtime keeps its libraries
JDBC = Path("/usr/share/java/postgresql.jar")
TABLE = "bench.transaction"
# Rounded by person and sorted twice over, so that there is a shuffle to lose.
SQL = (
    "SELECT t.kind, date_trunc('month', t.noted_at) AS m, count(*) AS n, sum(t.amount) AS amount, count(DISTINCT t.person) AS people, "
    "sum(CASE WHEN t.r = 1 THEN 1 ELSE 0 END) AS first FROM (SELECT *, row_number() OVER (PARTITION BY person ORDER BY noted_at, id) AS r "
    f"FROM {TABLE}) AS t GROUP BY 1, 2 ORDER BY 1, 2"
)  # fmt: skip
DRIVER = """
import json, sys, time
from pyspark.sql import SparkSession
plan = json.load(open(sys.argv[1]))
made = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").config("spark.ui.port", plan["ui"])
for name, value in plan["conf"].items():
    made = made.config(name, value)
spark = made.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
for name, source in plan["tables"].items():
    rows = spark.sql(source["sql"]) if source["sql"] else spark.read.parquet(*source["files"])
    rows.selectExpr(*source["columns"]).createOrReplaceTempView(name)
began = time.time()
found = [[str(v) for v in row] for row in spark.sql(plan["sql"]).collect()]
json.dump({"rows": found, "seconds": time.time() - began}, open(plan["answer"], "w"))
spark.stop()
"""


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--jar", default=os.environ.get("CITYBRAIN_ICEBERG_JAR", ""))
    parser.add_argument("--venv", default=str(Path(tempfile.gettempdir()) / "citybrain-spark"))
    parser.add_argument("--keep", default="", help="a folder with the table, used and kept")
    options = parser.parse_args()
    home = spark_home(Path(options.venv))
    jar = fetched(Path(options.venv).resolve(), home) if options.jar == "fetch" else options.jar
    with _lake_city.lake_city(options.keep) as folder, tempfile.TemporaryDirectory() as work:
        rows = table(folder, options.rows)
        if jar:
            say(
                f"{marked():,} rows are marked as deleted: the cluster's Iceberg reader has to leave them out"
            )
        began = time.perf_counter()
        here = embedded()
        say(
            f"table {TABLE}: {rows:,} rows; embedded engine: {len(here)} rows in {time.perf_counter() - began:.1f} s"
        )
        cluster = Cluster(home, Path(work))
        try:
            return asked_thrice(cluster, here, Path(work), jar)
        finally:
            cluster.stop()


def spark_home(folder: Path) -> Path:
    """Spark's folder inside a throwaway environment, installed on first use."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import pyspark"], capture_output=True).returncode:
        say(f"installing {SPARK} into {folder} …")
        subprocess.run([python, "-m", "pip", "install", "-q", SPARK], check=True)
    told = subprocess.run(
        [python, "-c", "import pyspark; print(pyspark.__path__[0], pyspark.__version__)"], capture_output=True, text=True, check=True
    )  # fmt: skip
    home, version = told.stdout.split()
    java = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr.splitlines()
    say(
        f"Spark {version}, {java[0] if java else 'no java: install a JRE (apt install openjdk-17-jre-headless)'}"
    )
    return Path(home)


def fetched(folder: Path, home: Path) -> str:
    """The Iceberg runtime from a package in the throwaway environment: its jar and, beside it, the Jackson it lacks."""
    wanted = f"lib/*/site-packages/*/jars/{JAR}"
    if not list(folder.glob(wanted)):
        say(f"installing {JAR_PACKAGE} into {folder} …")
        command = [folder / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", JAR_PACKAGE]
        subprocess.run(command, check=True)
    jar = max(folder.glob(wanted))
    if f"{SHADED}com/fasterxml/jackson/core/JsonFactory.class" in zipfile.ZipFile(jar).namelist():
        return str(jar)
    made = folder / "iceberg-jackson.jar"
    say("its jar comes without the Jackson classes it uses: Spark's own are put there under their names")
    with zipfile.ZipFile(made, "w") as target:
        for name in ("core", "databind", "annotations"):
            source = zipfile.ZipFile(next((home / "jars").glob(f"jackson-{name}-2.*.jar")))
            for entry in source.namelist():
                if entry.startswith("com/fasterxml/jackson/") and entry.endswith(".class"):
                    target.writestr(SHADED + entry, renamed(source.read(entry)))
    return f"{jar},{made}"


def renamed(code: bytes) -> bytes:
    """A class file that names Jackson's classes as the Iceberg runtime does: only texts of its constant pool change."""
    count, at, parts = int.from_bytes(code[8:10], "big"), 10, [code[:10]]
    number = 1
    while number < count:
        tag = code[at]
        if tag == 1:  # a text: two bytes of length, then it
            size = int.from_bytes(code[at + 1 : at + 3], "big")
            text = code[at + 3 : at + 3 + size]
            for mark in (b"/", b"."):
                old = b"com%bfasterxml%bjackson" % (mark, mark)
                text = text.replace(old, SHADED.encode().replace(b"/", mark) + old)
            parts.append(b"\x01" + len(text).to_bytes(2, "big") + text)
            at += 3 + size
        else:
            size = {7: 3, 8: 3, 16: 3, 19: 3, 20: 3, 15: 4, 5: 9, 6: 9}.get(tag, 5)
            parts.append(code[at : at + size])
            at += size
        number += 2 if tag in (5, 6) else 1  # long and double take two places
    return b"".join([*parts, code[at:]])


def table(folder: Path, wanted: int) -> int:
    """The table with at least ``wanted`` rows in several files; rows that are there are not written again."""
    from citybrain.hub.data.lake import tables

    total = int(wanted / 0.3) + 1
    kind = next(k for k in _lake_rows.kinds(total) if k.name == TABLE)
    tables.create_table(TABLE, [tables.LakeColumn(name, type_) for name, type_ in kind.columns])
    engine, step = _lake_rows.generator(), 250_000
    for number, first in enumerate(range(0, wanted, step)):
        chunk = number, first, min(wanted, first + step)
        path = _lake_rows.make_chunk(engine, folder / "lake" / "raw", kind, total, chunk)
        _lake_load.put(TABLE, path, "", f"spark/{wanted}/{number}")
        path.unlink()
    return wanted


def marked() -> int:
    """Delete rows by marks, their files staying as they are; how many are marked."""
    from citybrain.hub.data.lake import merging, planning, tables

    merging.delete(TABLE, "d.kind = 'bus' AND d.amount < 20", batch="spark/marks", at=_lake_load.AT)
    return sum(entry.file.record_count for entry in planning.plan(tables.table(TABLE)).positions)


def embedded() -> list[list[str]]:
    """The embedded engine's answer, as texts."""
    from citybrain.hub.data.lake import reading
    from citybrain.hub.data.lake.distributed.translation import wall

    found = reading.query(reading.Asked(SQL, seconds=3600)).rows
    return [[str(wall(v) if hasattr(v, "astimezone") else v) for v in row] for row in found]


def plan(work: Path, jar: str, name: str, ui: int) -> Path:
    """What the driver is to do: our own translation of the question over one snapshot of the table."""
    from django.conf import settings

    from citybrain.hub.data.lake import tables
    from citybrain.hub.data.lake.distributed import sources, translation
    from citybrain.hub.data.lake.distributed.shape import checked
    from citybrain.kernel import clock

    found = tables.table(TABLE)
    catalog = settings.LAKE_CATALOG
    source = {
        "sql": f"SELECT * FROM {catalog}.{TABLE} VERSION AS OF {found.metadata.current_snapshot_id}"
        if jar
        else "",
        "files": [task.file.file_path for task in found.scan().plan_files()],
        "columns": [sources.column(field, {field.name}) for field in found.schema().fields],
    }
    said = {
        "sql": translation.for_spark(checked(SQL), {TABLE: "lake_table"}, clock.now()), "tables": {"lake_table": source},
        "conf": {**files_conf(), **(catalog_conf(catalog) if jar else {})}, "ui": str(ui), "answer": str(work / f"{name}.answer"),
    }  # fmt: skip
    path = work / f"{name}.json"
    path.write_text(json.dumps(said))
    return path


def files_conf() -> dict[str, str]:
    """Many small tasks, so that there is a middle in which to lose a worker."""
    return {"spark.sql.files.maxPartitionBytes": "1m", "spark.sql.files.openCostInBytes": "0", "spark.sql.shuffle.partitions": "64",
            "spark.sql.adaptive.enabled": "false"}  # fmt: skip


def catalog_conf(catalog: str) -> dict[str, str]:
    """Iceberg's JDBC catalogue on our PostgreSQL; the snapshot is still the one our catalogue names."""
    from django.db import connection

    from citybrain.hub.data.lake.catalog import warehouse

    given, prefix = connection.settings_dict, f"spark.sql.catalog.{catalog}"
    return {
        prefix: "org.apache.iceberg.spark.SparkCatalog", f"{prefix}.type": "jdbc", f"{prefix}.warehouse": warehouse(),
        f"{prefix}.uri": f"jdbc:postgresql://{given['HOST']}:{given['PORT']}/{given['NAME']}",
        f"{prefix}.jdbc.user": given["USER"], f"{prefix}.jdbc.password": given["PASSWORD"],
    }  # fmt: skip


class Cluster:
    """A standalone master and two workers of one core each; each worker leads a process group of its own."""

    def __init__(self, home: Path, work: Path) -> None:
        from citybrain.project.postgres import free_port

        self.home, self.work = home, work
        self.drivers: list[subprocess.Popen] = []
        self.env = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1",
            "TZ": "UTC", "SPARK_WORKER_DIR": str(work / "w"),
                    "PYSPARK_PYTHON": str(home.parents[3] / "bin" / "python")}  # fmt: skip
        port, web = free_port(), free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self.web = f"http://127.0.0.1:{web}/json/"
        self.started = [
            self.start("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(web))
        ]
        self.wait(lambda: fetch(self.web), "the master")
        for _ in range(2):
            self.started.append(
                self.start(
                    "worker.Worker",
                    "--host",
                    "127.0.0.1",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--webui-port",
                    "0",
                    self.master,
                )
            )
        self.wait(lambda: fetch(self.web)["aliveworkers"] == 2, "two workers")
        say("standalone master and two workers are up")

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        log = open(self.work / f"{name}-{len(os.listdir(self.work))}.log", "w")  # noqa: SIM115 - the process keeps it
        command = [str(self.home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
        return subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def wait(self, ready: Callable[[], Any], what: str) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if ready():
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.3)
        raise SystemExit(f"{what} did not come up; see {self.work}")

    def submit(self, plan: Path, jar: str) -> subprocess.Popen:
        driver = self.work / "driver.py"
        driver.write_text(DRIVER)
        command = [
            str(self.home / "bin" / "spark-submit"),
            "--master",
            self.master,
            "--executor-memory",
            "900m",
            *(
                ["--jars", f"{jar},{JDBC}", "--driver-class-path", f"{jar},{JDBC}".replace(",", ":")]
                if jar
                else []
            ),
            str(driver),
            str(plan),
        ]
        log = open(plan.with_suffix(".log"), "w")  # noqa: SIM115 - the process keeps it
        self.drivers.append(
            subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)
        )
        return self.drivers[-1]

    def kill_a_worker(self) -> None:
        """-9 for a worker and the executor it started."""
        os.killpg(self.started[-1].pid, signal.SIGKILL)

    def stop(self) -> None:
        for process in (*self.drivers, *reversed(self.started)):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()


def fetch(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=5) as found:
        return json.loads(found.read())


def asked_thrice(cluster: Cluster, here: list[list[str]], work: Path, jar: str) -> int:
    """Undisturbed, then with a loss in the middle."""
    from citybrain.project.postgres import free_port

    if jar and not JDBC.exists():
        raise SystemExit("the JDBC driver is missing: apt install libpostgresql-jdbc-java")
    say(f"the cluster reads through its JDBC catalogue with {Path(jar.partition(',')[0]).name}" if jar
        else "no Iceberg runtime jar given (--jar): the cluster reads the data files of the plan, not the Iceberg table")  # fmt: skip
    calm = answer(cluster.submit(path := plan(work, jar, "calm", free_port()), jar), path)
    say(f"undisturbed: {calm['seconds']:.1f} s, answer {'equal' if calm['rows'] == here else 'DIFFERENT'}")
    ui = free_port()
    path = plan(work, jar, "killed", ui)
    driver = cluster.submit(path, jar)
    done, of = middle(driver, ui)
    cluster.kill_a_worker()
    say(f"killed one worker and its executor with -9 when {done} of {of} tasks of a running stage were done")
    hurt = answer(driver, path)
    alive = fetch(cluster.web)["aliveworkers"]
    say(
        f"with the loss: {hurt['seconds']:.1f} s, answer {'equal' if hurt['rows'] == here else 'DIFFERENT'}; workers left alive: {alive}"
    )
    return int(calm["rows"] != here or hurt["rows"] != here)


def middle(driver: subprocess.Popen, ui: int) -> tuple[int, int]:
    """Wait until a stage that follows a shuffle is partly done; tasks done and in all."""
    base = f"http://127.0.0.1:{ui}/api/v1/applications"
    while driver.poll() is None:
        try:
            for app in fetch(base):
                for stage in fetch(f"{base}/{app['id']}/stages?status=active"):
                    done, of = stage["numCompleteTasks"], stage["numTasks"]
                    if stage["shuffleReadBytes"] and 0 < done < of * 3 // 4:
                        return done, of
        except (OSError, ValueError):  # not up yet
            pass
        time.sleep(0.05)
    raise SystemExit("the question was over before a worker could be killed: take more --rows")


def answer(driver: subprocess.Popen, path: Path) -> dict[str, Any]:
    """What the driver wrote."""
    if driver.wait(timeout=1800):
        raise SystemExit(path.with_suffix(".log").read_text()[-3000:])
    return json.loads(Path(json.loads(path.read_text())["answer"]).read_text())


if __name__ == "__main__":
    sys.exit(main())

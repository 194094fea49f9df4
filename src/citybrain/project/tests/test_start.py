"""Settings that must not serve, settings files, and the summary line of the test command."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from citybrain.project import config, setup_steps, startcheck, testing

GOOD = {
    "CITYBRAIN_MODE": "production",
    "CITYBRAIN_SECRET_KEY": "x7" * 40,
    "CITYBRAIN_KEYS_FILE": "/etc/citybrain/keys.json",
    "CITYBRAIN_ALLOWED_HOSTS": "city.example",
}


def test_a_demo_starts_without_any_setting():
    assert startcheck.refusals({}) == []


def test_production_starts_with_its_own_secrets():
    assert startcheck.refusals(GOOD) == []


@pytest.mark.parametrize(
    "change",
    [
        {"CITYBRAIN_SECRET_KEY": ""},
        {"CITYBRAIN_SECRET_KEY": startcheck.DEMO_SECRET},
        {"CITYBRAIN_SECRET_KEY": "short"},
        {"CITYBRAIN_KEYS_FILE": ""},
        {"CITYBRAIN_ALLOWED_HOSTS": ""},
        {"CITYBRAIN_OIDC_URL": "https://id.example"},
        {
            "CITYBRAIN_OIDC_URL": "https://id.example",
            "CITYBRAIN_OIDC_CLIENT_SECRET": startcheck.DEMO_OIDC_SECRET,
        },
    ],
)
def test_production_refuses_demo_secrets_and_missing_keys(change):
    assert len(startcheck.refusals(GOOD | change)) == 1


def test_the_settings_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    file = tmp_path / "settings.env"
    file.write_text('# words\nCITYBRAIN_PORT=8123\nCITYBRAIN_HOST="127.0.0.5"\n\n')
    monkeypatch.setenv("CITYBRAIN_ENV_FILE", str(file))
    monkeypatch.setenv("CITYBRAIN_HOST", "127.0.0.9")
    monkeypatch.delenv("CITYBRAIN_PORT", raising=False)
    monkeypatch.delenv("CITYBRAIN_LIVE_PORT", raising=False)
    config.load_env_file()
    loaded = config.load()
    assert (loaded.port, loaded.live_port, loaded.host) == (8123, 8124, "127.0.0.9")
    monkeypatch.delenv("CITYBRAIN_PORT")


@pytest.mark.parametrize(
    "bad", [{"CITYBRAIN_PORT": "eighty"}, {"CITYBRAIN_PORT": "70000"}, {"CITYBRAIN_MODE": "x"}]
)
def test_settings_that_make_no_sense_are_refused_in_a_sentence(bad):
    with pytest.raises(config.Refusal):
        config.load(bad)


def test_the_sample_file_names_every_setting_the_code_reads():
    code = "".join(p.read_text() for p in (config.ROOT / "src" / "citybrain" / "project").glob("*.py"))
    sample = (config.ROOT / "settings.sample.env").read_text()
    read = set(re.findall(r'(?:env|flag|words)\("([A-Z_]+)"', code))
    read |= {name.removeprefix("CITYBRAIN_") for name in re.findall(r'"(CITYBRAIN_[A-Z_]+)"', code)}
    internal = {"PROCESS", "STATIC_ROOT", "HASHED_STATIC", "SUPERVISED", "TEST_DATA_DIR", "ENV_FILE"}
    assert {name for name in read - internal if f"CITYBRAIN_{name}=" not in sample} == set()


def test_the_last_line_sums_up_both_runs_in_pytests_words():
    line = testing.summary(Counter(passed=10, skipped=1) + Counter(failed=1, passed=2), 3.5)
    assert line == "1 failed, 12 passed, 1 skipped in 3.50s"
    assert testing.SUMMARY.search(line)


def test_no_process_starts_in_production_with_demo_secrets():
    env = {**os.environ, "CITYBRAIN_MODE": "production", "PYTHONPATH": str(config.ROOT / "src")}
    env["DJANGO_SETTINGS_MODULE"] = "citybrain.project.settings"
    argv = [sys.executable, "-c", "import citybrain.project.wsgi"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "CITYBRAIN_SECRET_KEY" in done.stderr


@pytest.mark.django_db
def test_other_versions_of_postgresql_are_refused_and_the_extensions_are_there(monkeypatch):
    from django.db import connection

    known = connection.settings_dict
    login = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    url = f"postgres://{login}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    memory = setup_steps.Memory(url)
    memory.extensions()
    memory.put("probe", "one")
    memory.put("probe", "two")
    assert memory.get("probe") == "two"
    memory.connection.execute("drop table project_setup")
    memory.close()
    monkeypatch.setattr(setup_steps, "POSTGRES_NEWEST", 14)
    with pytest.raises(config.Refusal, match="is not supported"):
        setup_steps.Memory(url)

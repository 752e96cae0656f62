import pytest

from denghuo.project.databases import database


@pytest.mark.parametrize(
    "url, name", [("sqlite:////var/lib/d.sqlite3", "/var/lib/d.sqlite3"), ("sqlite:///:memory:", ":memory:")]
)
def test_sqlite_waits_for_its_turn_to_write(url, name):
    settings = database(url)
    assert settings["NAME"] == name
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]


def test_postgresql_takes_every_part_of_the_url():
    settings = database("postgresql://deng:p%40ss@db.example:6432/huo")
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "deng",
        "p@ss",
        "db.example",
        "6432",
        "huo",
    )


def test_any_other_scheme_is_refused():
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        database("mysql://localhost/x")

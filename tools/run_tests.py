"""Run every test: static checks, then each suite on SQLite and on PostgreSQL, then the pages in Chromium.

PostgreSQL and Chromium are used where found and installed where this user may (Debian and Ubuntu, as root or with
password-less sudo). Where they cannot be had their suites are skipped with the reason printed; with ``CI=true`` that is a
failure instead. PostgreSQL runs as a private cluster on a free port in a temporary folder and is removed afterwards.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
IN_CI = os.environ.get("CI") == "true"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
WORKERS = ["-n", str(min(4, os.cpu_count() or 1))]
ON_EVERY_CORE = [*PYTEST, *WORKERS, "--dist", "loadfile"]
DATABASE_SUITES = ["tests/database", "tests/journeys"]
KILLED_BACKENDS = "tests/journeys/test_money_kill.py"
"""Takes the whole server down, so it runs alone."""


def installer() -> list[str] | None:
    """The command that installs Debian packages without asking, if this user may."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n", "apt-get"]
    return None


def install(*packages: str) -> None:
    if apt := installer():
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update", "-qq"], env=environment)
        subprocess.run(
            [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=environment,
            stdout=subprocess.DEVNULL,
        )


def postgresql_programs() -> Path | None:
    """The folder with initdb and pg_ctl, newest version first."""
    homes = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True
    )
    if homes:
        return homes[0].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def postgresql(programs: Path) -> Iterator[str]:
    """A private cluster with checksums; yields its database URL."""
    home = Path(tempfile.mkdtemp(prefix="denghuo-postgresql-"))
    data, port = home / "data", free_port()
    as_server: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres", "postgres")
        as_server = ["runuser", "-u", "postgres", "--"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    control = [*as_server, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    try:
        subprocess.run(
            [*as_server, str(programs / "initdb"), "-D", str(data), "-U", "denghuo", "--auth=trust"]
            + ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync"],
            **quiet,
        )
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c max_connections=60"
        )
        subprocess.run([*control, "-l", str(home / "log"), "-o", options, "start"], **quiet)
        yield f"postgresql://denghuo@127.0.0.1:{port}/postgres"
    finally:
        if data.exists():
            subprocess.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(home, ignore_errors=True)


def chromium() -> str | None:
    return os.environ.get("DENGHUO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class Suites:
    """Runs commands one after another and remembers what failed or could not run."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.skipped: list[str] = []

    def run(self, name: str, command: list[str], **environment: str) -> None:
        print(f"\n=== {name}", flush=True)
        begun = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode
        print(
            f"=== {name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        if code:
            self.failed.append(name)

    def skip(self, name: str, reason: str) -> None:
        print(f"\n=== {name}: SKIPPED, {reason}", flush=True)
        (self.failed if IN_CI else self.skipped).append(name)


def main() -> int:
    suites = Suites()
    suites.run("lint", [str(BIN / "ruff"), "check", "."])
    suites.run("format", [str(BIN / "ruff"), "format", "--check", "."])
    suites.run("import contracts", [str(BIN / "lint-imports")])
    suites.run("types", [str(BIN / "mypy")])
    suites.run("messages", [sys.executable, "tools/messages.py", "--check"])
    suites.run("vendored assets", [sys.executable, "tools/vendor_assets/check.py"])
    suites.run(
        "unit and architecture",
        [*PYTEST, *WORKERS, "--dist", "worksteal", "tests/unit", "tests/architecture", "tests/golden"],
    )
    suites.run("database and journeys on SQLite", [*ON_EVERY_CORE, *DATABASE_SUITES])

    if not postgresql_programs():
        install("postgresql")
    if programs := postgresql_programs():
        with postgresql(programs) as url:
            suites.run(
                "database and journeys on PostgreSQL",
                [*ON_EVERY_CORE, *DATABASE_SUITES],
                DENGHUO_DATABASE_URL=url,
            )
            if os.geteuid() == 0:
                suites.run(
                    "killed PostgreSQL backends",
                    [*PYTEST, KILLED_BACKENDS, "-k", "backends"],
                    DENGHUO_DATABASE_URL=url,
                    DENGHUO_KILL_BACKENDS="1",
                )
    else:
        suites.skip(
            "database and journeys on PostgreSQL", "no PostgreSQL server here and none could be installed"
        )

    if not chromium():
        install("chromium", "fonts-noto-cjk")
    if browser := chromium():
        suites.run("pages in Chromium", [*ON_EVERY_CORE, "tests/browser"], DENGHUO_CHROMIUM=browser)
    else:
        suites.skip("pages in Chromium", "no Chromium here and none could be installed")

    print("\n" + (f"FAILED: {', '.join(suites.failed)}" if suites.failed else "Everything that ran passed."))
    if suites.skipped:
        print(f"Skipped: {', '.join(suites.skipped)}")
    return 1 if suites.failed else 0


if __name__ == "__main__":
    sys.exit(main())

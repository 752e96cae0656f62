"""The web server: gunicorn with threads, and a background worker beside it where wanted."""

from __future__ import annotations

import signal
import subprocess
import sys

from django.core.management import call_command


def run(*, host: str, port: int, workers: int, with_worker: bool) -> None:
    """Serve until interrupted; a child that dies takes the others down with it."""
    call_command("collectstatic", interactive=False, verbosity=0)
    web = [
        sys.executable, "-m", "gunicorn", "denghuo.project.wsgi:application",
        "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4", "--worker-class", "gthread",
        "--log-level", "warning", "--max-requests", "10000", "--max-requests-jitter", "1000",
    ]  # fmt: skip
    children = [subprocess.Popen(web)]  # noqa: S603
    if with_worker:
        children.append(subprocess.Popen([sys.executable, "-m", "denghuo.project.cli", "worker"]))

    def stop(*_: object) -> None:
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    print(f"Serving on http://{host}:{port}/ – stop with Ctrl-C.", flush=True)
    try:
        while all(child.poll() is None for child in children):
            for child in children:
                try:
                    child.wait(timeout=1)
                except subprocess.TimeoutExpired:
                    continue
    except KeyboardInterrupt:
        pass
    finally:
        stop()
        for child in children:
            child.wait()

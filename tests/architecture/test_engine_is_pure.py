"""The engine and the kernel work in a process that has no Django at all."""

from __future__ import annotations

import subprocess
import sys

IMPORT_WITHOUT_DJANGO = """
import importlib, pkgutil, sys
class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("django is absent")
sys.meta_path.insert(0, NoDjango())
for root in ("denghuo.kernel", "denghuo.engine"):
    package = importlib.import_module(root)
    for module in pkgutil.walk_packages(package.__path__, root + "."):
        importlib.import_module(module.name)
        print(module.name)
"""


def test_every_engine_and_kernel_module_imports_with_django_absent():
    run = subprocess.run([sys.executable, "-c", IMPORT_WITHOUT_DJANGO], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "denghuo.engine.pricing.book" in run.stdout.split()

"""Run every benchmark one after another; ``--release`` runs the release sizes.

Each prints its own figures as ratios to a floor measured in the same run: shared machines drift, ratios hold.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    release = ["--release"] if "--release" in sys.argv else []
    failed = []
    for script in sorted(HERE.glob("*.py")):
        if script.name == Path(__file__).name or script.name.startswith("_"):
            continue
        print(f"\n=== {script.stem}", flush=True)
        if subprocess.run([sys.executable, str(script), *release], cwd=HERE.parent).returncode:
            failed.append(script.stem)
    if failed:
        print(f"\nFAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

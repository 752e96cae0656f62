"""Rebuild ``ui/static/ui/vendor`` from the npm packages of ``package-lock.json``.

Run by a maintainer after changing a version or using a new icon; needs Node and the npm registry. Users never need
either: what this writes is committed. ``check.py`` verifies the committed files.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from manifest import HERE, VENDOR, used_icons, write

SVG = "http://www.w3.org/2000/svg"
LICENCES = {
    "@tabler/core": "LICENSE",
    "@tabler/icons": "LICENSE",
    "@alpinejs/csp": "LICENSE",
    "bpmn-js": "LICENSE",
    "echarts": "LICENSE",
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", "charts.js"):
            shutil.copy(HERE / name, work / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, check=True)
        modules = work / "node_modules"
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        _copy(modules / "@tabler/core/dist/css/tabler.min.css", "tabler.min.css")
        _copy(modules / "@tabler/core/dist/js/tabler.min.js", "tabler.min.js")
        _copy(modules / "@alpinejs/csp/dist/cdn.min.js", "alpine-csp.min.js")
        _copy(modules / "bpmn-js/dist/bpmn-navigated-viewer.production.min.js", "bpmn-viewer.min.js")
        _copy(modules / "bpmn-js/dist/assets/diagram-js.css", "diagram.css")
        _bundle_charts(work)
        (VENDOR / "icons.svg").write_text(_sprite(modules, used_icons()), encoding="utf-8")
        _licences(modules)
    write()
    return 0


def _copy(source: Path, name: str) -> None:
    """Copy without the reference to a source map, which a manifest storage would look for in vain."""
    text = source.read_text(encoding="utf-8")
    text = re.sub(r"/\*# sourceMappingURL=[^*]*\*/\s*|//# sourceMappingURL=\S*\s*", "", text)
    (VENDOR / name).write_text(text, encoding="utf-8")


def _bundle_charts(work: Path) -> None:
    command = [
        "node_modules/.bin/esbuild",
        "charts.js",
        "--bundle",
        "--minify",
        "--format=iife",
        "--target=es2020",
    ]
    subprocess.run(
        [*command, "--legal-comments=eof", f"--outfile={VENDOR / 'echarts.min.js'}"], cwd=work, check=True
    )


def _sprite(modules: Path, names: Iterable[str]) -> str:
    """One SVG with a symbol for every icon; ``<use href="…#name">`` draws it."""
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    missing = []
    for name in sorted(names):
        source = modules / "@tabler/icons/icons/outline" / f"{name}.svg"
        if not source.exists():
            missing.append(name)
            continue
        icon = ET.fromstring(source.read_text(encoding="utf-8"))
        symbol = ET.SubElement(root, f"{{{SVG}}}symbol", id=name, viewBox="0 0 24 24")
        symbol.extend([child for child in icon if child.get("stroke") != "none"])
        for child in symbol:
            child.tail = None
    if missing:
        print(f"warning: Tabler has no icon {', '.join(missing)}", file=sys.stderr)
    return ET.tostring(root, encoding="unicode") + "\n"


def _licences(modules: Path) -> None:
    for package, name in LICENCES.items():
        source = next(
            path
            for path in (modules / package / name, HERE / "licences" / f"{package.split('/')[0][1:]}.txt")
            if path.exists()
        )
        target = VENDOR / "licences" / f"{package.strip('@').replace('/', '-')}.txt"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)
    notice = modules / "echarts/NOTICE"
    shutil.copy(notice, VENDOR / "licences" / "echarts-NOTICE.txt")
    versions = {
        package: json.loads((modules / package / "package.json").read_text(encoding="utf-8"))["version"]
        for package in LICENCES
    }
    (VENDOR / "versions.json").write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())

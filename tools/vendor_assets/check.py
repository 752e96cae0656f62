"""Fail when a vendored file differs from its recorded hash, or a used icon is missing from the sprite."""

from __future__ import annotations

import sys

from manifest import hashes, recorded, sprite_icons, used_icons


def main() -> int:
    now, then = hashes(), recorded()
    problems = [f"missing: {name}" for name in then.keys() - now.keys()]
    problems += [f"not in the manifest: {name}" for name in now.keys() - then.keys()]
    problems += [f"changed: {name}" for name in then.keys() & now.keys() if then[name] != now[name]]
    problems += [f"no such icon in the sprite: {name}" for name in used_icons() - sprite_icons()]
    for problem in sorted(problems):
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{len(now)} vendored files and {len(sprite_icons())} icons are as recorded")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Collect the texts of every app into its Chinese catalogue, compile the catalogues, and check that nothing is missing.

``python tools/messages.py`` extracts (needs GNU gettext) and compiles; ``--check`` only reads: every message id used in the
source has a Chinese translation that is not empty or fuzzy, two apps never translate one text differently, and every
compiled catalogue matches its source.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from babel.messages import mofile, pofile

SOURCE = Path(__file__).resolve().parent.parent / "src" / "denghuo"
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
MARKED = re.compile(
    r"""\b(?:_|gettext|gettext_lazy|ngettext|pgettext|pgettext_lazy)\(|{%\s*(?:translate|blocktranslate)"""
)


def apps() -> list[Path]:
    return sorted(path.parent for path in SOURCE.rglob("apps.py"))


def speaks(app: Path) -> bool:
    """Whether the app has any text for a person."""
    files = [*app.rglob("*.py"), *app.rglob("*.html")]
    return any(MARKED.search(path.read_text(encoding="utf-8")) for path in files)


def extract(app: Path) -> None:
    (app / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    django_admin = Path(sys.executable).parent / "django-admin"
    subprocess.run(
        [str(django_admin), "makemessages", "-l", "zh_Hans", "--no-location", "--no-obsolete", "-v", "0"],
        cwd=app,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
    )


def read(app: Path) -> pofile.Catalog:
    with (app / CATALOGUE).open("rb") as file:
        return pofile.read_po(file, locale="zh_Hans")


def compiled(catalogue: pofile.Catalog) -> bytes:
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    return buffer.getvalue()


def problems(app: Path) -> list[str]:
    if not (app / CATALOGUE).exists():
        return [f"{app.name}: has texts but no Chinese catalogue"]
    catalogue = read(app)
    found = []
    for message in catalogue:
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and ("fuzzy" in message.flags or not all(translated)):
            found.append(f"{app.name}: not translated: {message.id!r}")
    target = (app / CATALOGUE).with_suffix(".mo")
    if not target.exists() or target.read_bytes() != compiled(catalogue):
        found.append(f"{app.name}: {target.name} is not the compiled catalogue; run `make messages`")
    return found


def contradictions(found: list[Path]) -> list[str]:
    """Texts that two apps translate differently: Django merges the catalogues, so only one of them would be seen."""
    seen: dict[tuple[object, str | None], dict[object, list[str]]] = {}
    for app in found:
        if (app / CATALOGUE).exists():
            for message in read(app):
                if message.id:
                    seen.setdefault((message.id, message.context), {}).setdefault(message.string, []).append(
                        app.name
                    )
    return [
        f"{key[0]!r}: " + "; ".join(f"{text!r} in {', '.join(apps)}" for text, apps in texts.items())
        for key, texts in seen.items()
        if len(texts) > 1
    ]


def main() -> int:
    speaking = [app for app in apps() if speaks(app)]
    if "--check" not in sys.argv:
        for app in speaking:
            extract(app)
            (app / CATALOGUE).with_suffix(".mo").write_bytes(compiled(read(app)))
    found = [problem for app in speaking for problem in problems(app)] + contradictions(speaking)
    print("\n".join(found) if found else f"{len(speaking)} catalogues are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Compare every address of the system with ``security/permissions.yml``.

``python tools/permissions_matrix.py`` lists what is missing, gone or different and exits 1 if anything is;
``--write`` brings the pages and the API part up to date (read the diff: it is the review). The roles part is the
independent second copy of ``identity.rules.PERMISSIONS`` and is written only with ``--write-roles``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TRUTH = ROOT / "security" / "permissions.yml"
HEAD = """\
# Who may open what: every address, and every role. The build fails when the code says anything else.
# pages: URL name -> public | signed_in | any of these permissions. A person without one gets 403, a visitor signs in.
# api:   operation -> scopes that a token must hold.
# roles: what each role may do; a second copy of identity.rules.PERMISSIONS, changed only on purpose.
# Update pages and api with: python tools/permissions_matrix.py --write   (and read the diff)
"""


def patterns(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """``(URL name, pattern)`` of every address, includes followed; an unnamed one goes by its route."""
    from django.urls import URLResolver, get_resolver

    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, inner)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry


def access_of(view: Any) -> Any:
    """``public``, ``signed_in``, a list of permissions, or None for a view that nobody guarded."""
    access = getattr(view, "access", None)
    if access is None:
        return None
    return sorted(access.permissions) if access.kind == "permission" else access.kind


def is_api_operation(view: Any) -> bool:
    return getattr(view, "__qualname__", "").startswith("PathView.")


def pages_in_code() -> dict[str, Any]:
    return {
        name: access_of(entry.callback) for name, entry in patterns() if not is_api_operation(entry.callback)
    }


def api_in_code() -> dict[str, list[str]]:
    """``METHOD /path`` → scopes, for every API operation; an operation without a token is the text ``public``."""
    from denghuo.foundation.identity.api import Token
    from denghuo.project.api import api

    found: dict[str, Any] = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                guards = operation.auth_callbacks or [router.auth]
                tokens = [guard for guard in guards if isinstance(guard, Token)]
                scopes = sorted({scope for token in tokens for scope in token.scopes}) if tokens else "public"
                for method in operation.methods:
                    address = re.sub("/+", "/", f"{prefix}/{path}") if path else prefix
                    found[f"{method} {address}"] = scopes
    return found


def truth() -> dict[str, Any]:
    return yaml.safe_load(TRUTH.read_text(encoding="utf-8")) if TRUTH.exists() else {}


def differences() -> list[str]:
    """What the file does not say or says differently, in words; empty when the build may pass."""
    from denghuo.foundation.identity.rules import PERMISSIONS

    written = truth()
    said = []
    for part, code in (("pages", pages_in_code()), ("api", api_in_code())):
        there = written.get(part, {})
        said += [
            f"{part}: {name} has no entry (code says {value})"
            for name, value in code.items()
            if name not in there
        ]
        said += [f"{part}: {name} is gone from the code" for name in there if name not in code]
        said += [
            f"{part}: {name}: file says {there[name]}, code says {value}"
            for name, value in code.items()
            if name in there and there[name] != value
        ]
        said += [f"{part}: {name} is guarded by nobody" for name, value in code.items() if value is None]
    roles = {role: sorted(held) for role, held in PERMISSIONS.items()}
    for role in sorted(set(roles) | set(written.get("roles", {}))):
        if roles.get(role) != written.get("roles", {}).get(role):
            said.append(
                f"roles: {role}: file says {written.get('roles', {}).get(role)}, code says {roles.get(role)}"
            )
    return said


def write(*, roles: bool) -> None:
    from denghuo.foundation.identity.rules import PERMISSIONS, ROLES

    written = truth()
    document = {
        "pages": dict(sorted(pages_in_code().items())),
        "api": dict(sorted(api_in_code().items())),
        "roles": {role: sorted(PERMISSIONS[role]) for role in ROLES} if roles else written.get("roles", {}),
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    TRUTH.write_text(HEAD + text, encoding="utf-8")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    arguments.add_argument("--write", action="store_true", help="update pages and api")
    arguments.add_argument("--write-roles", action="store_true", help="update the roles, too")
    chosen = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings_test")
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    if chosen.write or chosen.write_roles:
        write(roles=chosen.write_roles)
    found = differences()
    print("\n".join(found) or "security/permissions.yml says what the code does")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

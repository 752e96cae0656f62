"""Photos and papers: kept once, known by their content, shown inside the unit, damage is noticed."""

from __future__ import annotations

import pytest

from denghuo.foundation.files import operations, queries
from tests.cast import staff as cast

pytestmark = pytest.mark.django_db
PHOTO = b"\xff\xd8\xff\xe0" + b"lamp" * 50


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_photo_is_kept_once_and_shown_in_its_unit_only(client, now):
    cast.open_units(now)
    first = operations.keep(name="..\\表箱.exe", content=PHOTO, unit_id="4501", at=now)
    second = operations.keep(name="again.jpg", content=PHOTO, unit_id="4501", at=now)
    assert first.name == "表箱.jpg" and first.digest == second.digest and queries.content(first) == PHOTO
    assert len(list(queries.path_of(first.digest).parent.iterdir())) == 1
    assert queries.inconsistencies() == []
    client.force_login(cast.hire("machao", now))
    shown = client.get(f"/files/{first.pk}")
    assert (shown.status_code, shown["Content-Type"], shown.content) == (200, "image/jpeg", PHOTO)
    client.force_login(cast.hire("weidong", now))
    assert client.get(f"/files/{first.pk}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<svg onload='x'>", b"%PDF-" + b"0" * (10 * 2**20)])
def test_what_is_neither_a_photo_nor_a_paper_is_refused(content, now):
    with pytest.raises(operations.FileRefused):
        operations.keep(name="a.pdf", content=content, unit_id="45", at=now)


def test_damage_is_noticed(now):
    kept = operations.keep(name="合同.pdf", content=b"%PDF-1.7 lamp", unit_id="45", at=now)
    queries.path_of(kept.digest).write_bytes(b"%PDF-1.7 other")
    with pytest.raises(queries.FileDamaged):
        queries.content(kept)
    queries.path_of(kept.digest).unlink()
    assert len(queries.inconsistencies()) == 1

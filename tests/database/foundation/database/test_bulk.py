"""Columns arrive in the database exactly as ``save()`` stores them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.foundation.database import bulk
from denghuo.foundation.database.fields import EnergyField, MoneyField


class Sample(models.Model):
    """Every kind of column that set-based code writes."""

    amount_fen = MoneyField(null=True)
    energy_kwh = EnergyField(null=True)
    small = models.SmallIntegerField(null=True)
    name = models.CharField(max_length=40, null=True)
    note = models.TextField(null=True)
    on_date = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    good = models.BooleanField(null=True)
    raw = models.BinaryField(null=True)
    ratio = models.FloatField(null=True)
    uid = models.UUIDField(null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)

    class Meta:
        app_label = "tests"


class Mood(models.TextChoices):
    FINE = "fine", "Fine"


@pytest.fixture
def samples(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    yield Sample.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Sample)


AWARE = st.integers(0, 4 * 10**15).map(lambda n: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
BIG = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "amount_fen": st.none() | BIG,
            "energy_kwh": st.none() | st.integers(-(10**15), 10**15),
            "small": st.none() | st.integers(-32768, 32767),
            "name": st.none() | TEXT,
            "note": st.none() | TEXT,
            "on_date": st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
            "at": st.none() | AWARE,
            "good": st.none() | st.booleans(),
            "raw": st.none() | st.binary(max_size=20),
            "ratio": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "uid": st.none() | st.uuids(),
        }
    ),
    min_size=1,
    max_size=6,
)


def stored(table: str) -> list[tuple]:
    """The bytes as the database keeps them, without Django's conversion."""
    columns = [field.column for field in Sample._meta.concrete_fields if field.column != "id"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            kinds = ", ".join(f"typeof({column})" for column in columns)
            return cursor.execute(f"SELECT {', '.join(columns)}, {kinds} FROM {table} ORDER BY id").fetchall()
        cursor.execute(
            f"SELECT {', '.join(f'{column}::text' for column in columns)} FROM {table} ORDER BY id"
        )
        return cursor.fetchall()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_insert_columns_stores_what_save_stores(samples, rows):
    samples.all().delete()
    with transaction.atomic():
        assert bulk.insert_columns(Sample, {name: [row[name] for row in rows] for name in rows[0]}) == len(
            rows
        )
    from_columns = stored(Sample._meta.db_table)
    samples.all().delete()
    for row in rows:
        energy = row["energy_kwh"]
        Sample(**row | {"energy_kwh": None if energy is None else Decimal(energy).scaleb(-2)}).save()
    assert from_columns == stored(Sample._meta.db_table)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_update_columns_changes_only_the_named_rows(samples, rows):
    samples.all().delete()
    others = [samples.create(name="untouched") for _ in range(2)]
    ids = [samples.create(name="old").id for _ in rows]
    with transaction.atomic():
        changed = bulk.update_columns(Sample, ids, {name: [row[name] for row in rows] for name in rows[0]})
    assert changed == len(rows)
    for row, key in zip(rows, ids, strict=True):
        kept = samples.get(id=key)
        assert (kept.amount_fen, kept.name, kept.on_date, kept.at, kept.good) == tuple(
            row[name] for name in ("amount_fen", "name", "on_date", "at", "good")
        )
    assert samples.filter(id__in=[other.id for other in others], name="untouched").count() == 2


def test_numpy_and_arrow_columns_and_choices(samples):
    start = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
    with transaction.atomic():
        first = bulk.reserve_ids(Sample, 3)
        bulk.insert_columns(
            Sample,
            {
                "id": first,
                "amount_fen": np.array([1, 2, 3], dtype=np.int64),
                "energy_kwh": [np.int64(5), None, np.int64(7)],
                "good": np.array([True, False, True]),
                "name": pa.array(["甲", None, "丙"]),
                "note": [Mood.FINE] * 3,
                "at": [start + timedelta(microseconds=n) for n in range(3)],
                "parent": [first[0], None, first[1]],
            },
        )
    rows = list(samples.order_by("id"))
    assert [row.amount_fen for row in rows] == [1, 2, 3]
    assert [row.energy_kwh for row in rows] == [Decimal("0.05"), None, Decimal("0.07")]
    assert [row.good for row in rows] == [True, False, True]
    assert [row.note for row in rows] == ["fine"] * 3
    assert [row.parent_id for row in rows] == [first[0], None, first[1]]
    assert samples.filter(at=start + timedelta(microseconds=1)).count() == 1
    assert samples.filter(at__gte=start, at__lt=start + timedelta(microseconds=2)).count() == 2
    later = samples.create(name="next")
    assert later.id > rows[-1].id


@pytest.mark.parametrize(
    "columns, words",
    [
        ({"amount_fen": [1], "name": ["a", "b"]}, "differ in length"),
        ({"amount": [1]}, "no field amount"),
        ({"amount_fen": [1.5]}, "amount_fen"),
        ({"energy_kwh": [Decimal("1.5")]}, "energy_kwh"),
        ({"at": ["2026-09-07"]}, "at"),
        ({"on_date": [datetime(2026, 9, 7, tzinfo=UTC)]}, "on_date"),
        ({"name": [7]}, "name"),
    ],
)
def test_what_is_not_a_database_value_is_refused(samples, columns, words):
    with pytest.raises(ValueError, match=words), transaction.atomic():
        bulk.insert_columns(Sample, columns)
    assert not samples.exists()


def test_nothing_is_written_outside_a_transaction_or_past_a_constraint(samples):
    with pytest.raises(transaction.TransactionManagementError):
        bulk.insert_columns(Sample, {"name": ["a"]})
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_columns(Sample, {"id": [1, 1], "name": ["a", "b"]})
    assert not samples.exists()
    with transaction.atomic():
        assert bulk.insert_columns(Sample, {"name": []}) == 0
        assert bulk.update_columns(Sample, [], {"name": []}) == 0

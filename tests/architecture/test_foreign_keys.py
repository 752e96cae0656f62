"""Foreign keys point down the stack too: a string reference would slip past the import contracts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings

FLOORS = ["kernel", "engine", "foundation", "records", "commerce", "care", "project"]


def floor(model) -> int:
    return FLOORS.index(model.__module__.split(".")[1])


def relations():
    django.setup()
    for model in apps.get_models():
        if not model.__module__.startswith("denghuo."):
            continue
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model.__module__.startswith("denghuo."):
                yield pytest.param(model, field, id=f"{model.__name__}.{field.name}")


RELATIONS = list(relations())


@pytest.mark.parametrize("model, field", RELATIONS)
def test_a_foreign_key_points_down_or_stays_on_its_floor(model, field):
    assert floor(field.related_model) <= floor(model)


@pytest.mark.parametrize("model, field", RELATIONS)
def test_inside_a_floor_a_foreign_key_follows_the_import_order(model, field):
    here, there = model.__module__.split(".")[1:3], field.related_model.__module__.split(".")[1:3]
    if here[0] != there[0] or here == there or field.related_model._meta.label == settings.AUTH_USER_MODEL:
        return
    contracts = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c.get("containers") == [f"denghuo.{here[0]}"])
    ranks = {name.strip(): rank for rank, layer in enumerate(layers) for name in layer.split("|")}
    assert ranks[there[1]] > ranks[here[1]]

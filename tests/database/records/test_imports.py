"""Customers and the grid from files: what is right is written, what is wrong is named by row and cell, nothing twice."""

from __future__ import annotations

import csv
import json

import pytest

from denghuo.foundation.imports.models import ImportRow
from denghuo.foundation.imports.operations import run_file
from denghuo.records.customers.models import Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.grid.tasks import GRID
from denghuo.records.supply.models import SupplyPoint
from denghuo.records.supply.tasks import CUSTOMERS
from tests.cast import customers, grid, staff

pytestmark = pytest.mark.django_db(transaction=True)


def example(kind) -> dict[str, str]:
    return {field.aliases[0]: field.example for field in kind.fields}


@pytest.fixture
def bring(tmp_path, now):
    """Import rows (each the kind's example with other cells) and return the result and the errors by row."""
    clerk = staff.hire("liumin", now)

    def run(kind, *rows: dict[str, str]):
        path = tmp_path / f"{kind.code}-{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(example(kind)))
            writer.writeheader()
            writer.writerows({**example(kind), **row} for row in rows)
        result = run_file(
            kind=kind.code, path=path, parameters={}, actor=clerk, unit_id="45", clock=lambda: now
        )
        errors = {row.number: json.loads(row.errors) for row in ImportRow.objects.exclude(errors="[]")}
        return result, errors

    return run


def test_the_grid_file_builds_the_grid_once(bring):
    rows = [
        {},
        {"变压器编码": "T010102", "变压器名称": "东街公变", "台区编码": "A010102", "台区名称": "东街台区"},
        {"变压器编码": "D000001", "公变专变": "专变", "台区编码": "", "台区名称": ""},
    ]
    result, _errors = bring(GRID, *rows)
    assert (result.total_rows, result.committed_rows) == (3, 3)
    assert TransformerArea.objects.get(code="A010102").transformer.feeder.substation.code == "S01"
    again, _errors = bring(GRID, *rows, {"变压器编码": "T010103", "台区编码": "A010103"})
    assert (again.committed_rows, again.duplicate_rows) == (1, 3)


def test_wrong_rows_of_the_grid_file_are_named(bring):
    result, errors = bring(
        GRID,
        {"单位代码": "99"},
        {"变压器编码": "T2", "馈线电压": "220kV", "台区编码": "A2"},
        {"变压器编码": "T3", "公变专变": "专变", "台区编码": "A3"},
        {"变压器编码": "T4", "额定容量": "很大", "台区编码": "A4"},
    )
    assert (result.committed_rows, result.error_rows) == (0, 4)
    assert sorted(errors) == [2, 3, 4, 5]


def test_the_customer_file_makes_customers_accounts_and_supply_points(bring):
    grid.area()
    code = customers.credit_code(7)
    shop = {
        "户名": "陈记面馆",
        "客户类型": "单位",
        "统一社会信用代码": code,
        "用电类别": "工商业",
        "用电性质": "商业",
        "市场化属性": "代理购电",
        "电价": "ci_single",
    }
    result, errors = bring(
        CUSTOMERS,
        {},
        {**shop, "用电地址": "灯火镇东街18号"},
        {**shop, "用电地址": "灯火镇东街20号"},
    )
    assert (result.committed_rows, errors) == (3, {})
    assert Customer.objects.count() == 2
    assert Customer.objects.get(credit_code=code).supply_points.count() == 2
    again, _errors = bring(CUSTOMERS, {}, {"户名": "李建国", "用电地址": "灯火镇梧桐巷12-302"})
    assert (again.committed_rows, again.duplicate_rows) == (1, 1)


def test_wrong_rows_of_the_customer_file_are_named(bring):
    grid.area()
    wrong = [
        {"单位代码": "99"},
        {"台区编码": "A999999"},
        {"变压器编码": "T999999"},
        {"身份证号": "110105194912310021"},
        {"统一社会信用代码": customers.credit_code()},
        {"用电类别": "火星"},
        {"运行容量": "-1"},
        {"计费方式": "按合约需量"},
        {"送电日期": "2026-02-30"},
        {"户名": ""},
    ]
    rows = [{**cells, "用电地址": f"灯火镇{number}号"} for number, cells in enumerate(wrong)]
    result, errors = bring(CUSTOMERS, *rows, {"用电地址": "灯火镇梧桐巷好的那户"})
    assert sorted(errors) == list(range(2, 12))
    assert (result.committed_rows, SupplyPoint.objects.count()) == (1, 1)

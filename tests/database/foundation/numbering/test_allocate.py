"""Serial numbers: no two callers get the same one, and none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from denghuo.foundation.numbering import operations


@pytest.mark.django_db
def test_blocks_follow_each_other_and_sequences_do_not_mix():
    assert operations.allocate("bill-2026", 3) == range(1, 4)
    assert operations.allocate("bill-2027", 1) == range(1, 2)
    assert operations.allocate("bill-2026", 2) == range(4, 6)


@pytest.mark.django_db
def test_a_rolled_back_block_is_given_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.allocate("bill-2026", 10)
        raise RuntimeError
    assert operations.allocate("bill-2026", 1) == range(1, 2)


@pytest.mark.django_db
def test_nothing_is_not_a_block():
    with pytest.raises(ValueError, match="0 serials"):
        operations.allocate("bill-2026", 0)


def test_racing_callers_share_out_every_serial_once(threaded_database):
    def worker(_number: int) -> list[int]:
        try:
            return [serial for size in (1, 7, 3) for serial in operations.allocate("race", size)]
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(8) as pool:
        serials = [serial for taken in pool.map(worker, range(16)) for serial in taken]
    assert sorted(serials) == list(range(1, 16 * 11 + 1))

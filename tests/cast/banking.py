"""Banks of the town: mandates, batches and their answers, receipts; made by the real operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count

from denghuo.commerce.banking import operations, rules
from denghuo.commerce.banking.models import BankReceipt, DebitBatch, DebitItem, Mandate, ReturnFile
from denghuo.foundation.jobs import operations as jobs
from denghuo.records.customers.models import Account
from tests.cast.money import noon

BANK = "denghuo_city"
_serial = count(1)


def mandate(account: Account, *, on: date = date(2025, 9, 1), signed: bool = True, **how) -> Mandate:
    """A mandate of 2025-09-01, in force."""
    how.setdefault("bank", BANK)
    made = operations.record_mandate(
        account=account,
        holder=account.customer.name,
        bank_account=f"62170000{next(_serial):011d}",
        valid_from=on,
        at=noon(on),
        **how,
    )
    return operations.sign(mandate=made, at=noon(on)) if signed else made


def batch(on: date, *, bank: str = BANK, sent: bool = True, unit_id: str = "45", **how) -> DebitBatch:
    made = operations.create_batch(bank=bank, debit_date=on, unit_id=unit_id, at=noon(on), **how)
    return operations.mark_sent(batch=made, at=noon(on)) if sent else made


def answer_rows(made: DebitBatch, failed: Mapping[str, str] = {}) -> list[rules.ReturnRow]:
    """What a bank answers when all goes well but for ``failed`` (serial → code)."""
    paid = min(rules.profile_of(made.bank).paid_codes)
    return [
        rules.ReturnRow(
            number,
            item.serial,
            item.mandate.bank_account,
            item.amount_fen,
            failed.get(item.serial, paid),
            "",
        )
        for number, item in enumerate(made.items.select_related("mandate").order_by("id"), start=2)
    ]


def answer_file(made: DebitBatch, rows: list[rules.ReturnRow]) -> bytes:
    return rules.write_return(
        rules.profile_of(made.bank), batch_number=made.number, debit_date=made.debit_date, rows=rows
    )


def answered(made: DebitBatch, failed: Mapping[str, str] = {}, *, rows=None) -> ReturnFile:
    """The answer of the bank taken in at noon of the debit date."""
    body = answer_file(made, answer_rows(made, failed) if rows is None else rows)
    return operations.take_return(batch=made, body=body, file_name="answer.txt", at=noon(made.debit_date))


def posted(made: DebitBatch, **how) -> DebitBatch:
    """The answer posted to the end."""
    at = noon(made.debit_date)
    jobs.drive(run=operations.start_posting(batch=made, at=at, **how), clock=lambda: at)
    made.refresh_from_db()
    return made


def item_of(made: DebitBatch, account: Account) -> DebitItem:
    return made.items.get(account=account)


def receipt(
    amount_fen: int, *, on: date, unit_id: str = "45", source: str = "transfer", **how
) -> BankReceipt:
    """Money that came to the bank on ``on``."""
    how.setdefault("reference", f"BK{next(_serial):08d}")
    return operations.take_receipt(
        source=source, amount_fen=amount_fen, value_date=on, unit_id=unit_id, at=noon(on), **how
    )

"""Debit files: written for a bank, and its answer read back without trust.

Three kinds of rows: a header ``H``, details ``D``, and a trailer ``T`` with count, sum and control sum. The control sum
is Σ amount × position (position from 1) modulo 10¹⁰, of what the rows say: it finds rows lost, swapped or changed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from denghuo.commerce.banking.rules.profiles import BankProfile

CONTROL_MODULUS = 10**10
LARGEST_BYTES = 50_000_000
LARGEST_FEN = 10**14


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated where it is shown."""
    return message


@dataclass(frozen=True)
class DebitRow:
    serial: str
    bank_account: str
    holder: str
    agreement: str
    amount_fen: int
    note: str = ""


@dataclass(frozen=True)
class ReturnRow:
    """A detail row as read: ``problem`` says what cannot be understood in it."""

    number: int
    serial: str = ""
    bank_account: str = ""
    amount_fen: int | None = None
    code: str = ""
    message: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ReturnContent:
    batch_number: str
    rows: list[ReturnRow]


class FileUnreadable(ValueError):
    """The file as a whole cannot be taken. ``message`` is English with ``%(name)s`` places for ``values``."""

    def __init__(self, message: str, **values: str | int) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


def control_sum(amounts_fen: Iterable[int]) -> int:
    """Σ amount × position, modulo 10¹⁰."""
    return sum(fen * at for at, fen in enumerate(amounts_fen, start=1)) % CONTROL_MODULUS


def written_amount(profile: BankProfile, amount_fen: int) -> str:
    """An amount in the bank's unit: ``12345`` fen or ``123.45`` yuan."""
    return str(amount_fen) if profile.amount_unit == "fen" else f"{amount_fen // 100}.{amount_fen % 100:02d}"


def read_amount(profile: BankProfile, text: str) -> int:
    """Fen of an amount as the bank writes it.

    Raises:
        ValueError: not an amount, below zero, or parts of a fen.
    """
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    fen = value if profile.amount_unit == "fen" else value * 100
    if fen != int(fen) or not 0 <= fen < LARGEST_FEN:
        raise ValueError(text)
    return int(fen)


def write_debits(
    profile: BankProfile, *, batch_number: str, debit_date: date, rows: Sequence[DebitRow]
) -> bytes:
    """The file that goes to the bank."""
    total = sum(row.amount_fen for row in rows)
    lines = [
        ["H", batch_number, profile.code, f"{debit_date:%Y%m%d}", len(rows), written_amount(profile, total)]
    ]
    for row in rows:
        cells = {
            "serial": row.serial,
            "bank_account": row.bank_account,
            "holder": row.holder,
            "agreement": row.agreement,
            "amount": written_amount(profile, row.amount_fen),
            "note": row.note,
        }
        lines.append(["D", *(_plain(cells[name]) for name in profile.out_columns)])
    lines.append(_trailer(profile, [row.amount_fen for row in rows]))
    return _written(profile, lines)


def write_return(
    profile: BankProfile, *, batch_number: str, debit_date: date, rows: Sequence[ReturnRow]
) -> bytes:
    """The answer of a bank, as the emulated bank of tests and of the demonstration town writes it."""
    amounts = [row.amount_fen or 0 for row in rows]
    lines = [
        [
            "H",
            batch_number,
            profile.code,
            f"{debit_date:%Y%m%d}",
            len(rows),
            written_amount(profile, sum(amounts)),
        ]
    ]
    for row in rows:
        cells = {
            "serial": row.serial,
            "bank_account": row.bank_account,
            "amount": written_amount(profile, row.amount_fen or 0),
            "code": row.code,
            "message": row.message,
        }
        lines.append(["D", *(_plain(cells[name]) for name in profile.return_columns)])
    lines.append(_trailer(profile, amounts))
    return _written(profile, lines)


def _trailer(profile: BankProfile, amounts: Sequence[int]) -> list[object]:
    return ["T", len(amounts), written_amount(profile, sum(amounts)), f"{control_sum(amounts):010d}"]


def _written(profile: BankProfile, lines: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=profile.delimiter, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode(profile.encoding, errors="replace")


def _plain(text: str) -> str:
    """A cell of one line without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)


def read_return(profile: BankProfile, body: bytes) -> ReturnContent:
    """The rows of a bank's answer. A row that cannot be understood is kept with its problem.

    Raises:
        FileUnreadable: not text, header or trailer missing, or its counts and sums are not those of the rows.
    """
    records = _records(profile, body)
    if not records or records[0][1][0] != "H" or len(records[0][1]) < 2:
        raise FileUnreadable(_("The first row must be the header (H) with the number of the batch."))
    if len(records) < 2 or records[-1][1][0] != "T":
        raise FileUnreadable(_("The last row must be the trailer (T): the file has been cut off."))
    rows = [_return_row(profile, number, cells) for number, cells in records[1:-1]]
    _check_trailer(profile, records[-1][1], rows)
    return ReturnContent(records[0][1][1].strip(), rows)


def _records(profile: BankProfile, body: bytes) -> list[tuple[int, list[str]]]:
    if len(body) > LARGEST_BYTES:
        raise FileUnreadable(_("The file is larger than %(limit)s MB."), limit=LARGEST_BYTES // 1_000_000)
    try:
        text = body.decode("utf-8-sig" if profile.encoding == "utf-8" else profile.encoding)
    except UnicodeDecodeError:
        raise FileUnreadable(
            _("The file is not %(encoding)s text, as this bank sends it."), encoding=profile.encoding.upper()
        ) from None
    if "\0" in text:
        raise FileUnreadable(_("The file is not text."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter, strict=True)
    try:
        return [
            (number, [cell.strip() for cell in cells])
            for number, cells in enumerate(reader, start=1)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error:
        raise FileUnreadable(_("The rows of the file are not well formed.")) from None


def _return_row(profile: BankProfile, number: int, cells: Sequence[str]) -> ReturnRow:
    if cells[0] != "D" or len(cells) != len(profile.return_columns) + 1:
        return ReturnRow(
            number, problem=_("not a detail row of %(count)s columns"), message="|".join(cells)[:200]
        )
    values = dict(zip(profile.return_columns, cells[1:], strict=True))
    row = ReturnRow(
        number,
        serial=values["serial"][:32],
        bank_account=values["bank_account"][:40],
        code=values["code"][:16],
        message=values["message"][:120],
    )
    try:
        amount = read_amount(profile, values["amount"])
    except ValueError:
        return replace(row, problem=_("not an amount"))
    missing = "" if row.serial and row.code else _("serial number or answer code is missing")
    return replace(row, amount_fen=amount, problem=missing)


def _check_trailer(profile: BankProfile, cells: Sequence[str], rows: Sequence[ReturnRow]) -> None:
    if len(cells) != 4 or not cells[1].isdecimal() or int(cells[1]) != len(rows):
        raise FileUnreadable(
            _("The trailer says %(said)s rows, the file holds %(found)s."),
            said=cells[1] if len(cells) > 1 else "?",
            found=len(rows),
        )
    if any(row.amount_fen is None for row in rows):
        return  # what cannot be read cannot be added up; the row is listed with its problem
    amounts = [row.amount_fen or 0 for row in rows]
    try:
        said = (read_amount(profile, cells[2]), int(cells[3]))
    except ValueError:
        raise FileUnreadable(_("The sums of the trailer are not numbers.")) from None
    if said != (sum(amounts), control_sum(amounts)):
        raise FileUnreadable(
            _("Sum or control sum of the trailer is not that of the rows: the file has been changed.")
        )

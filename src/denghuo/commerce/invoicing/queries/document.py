"""An invoice as the data of its printable copy (``templates/invoicing/invoice.typ``)."""

from __future__ import annotations

import json
from typing import Any

from denghuo.commerce.invoicing.models import Invoice, InvoiceKind
from denghuo.kernel.capital_amount import chinese_capital_amount
from denghuo.kernel.masking import person_name


def shown_buyer(invoice: Invoice) -> dict[str, Any]:
    """The buyer of the snapshot; a person's name is masked."""
    buyer: dict[str, Any] = json.loads(invoice.buyer)
    if buyer.get("is_person"):
        buyer["name"] = person_name(buyer["name"])
    return buyer


def shown_remarks(invoice: Invoice) -> str:
    """The remarks; a person's name in them is masked and the house number left out."""
    buyer: dict[str, Any] = json.loads(invoice.buyer)
    if not buyer.get("is_person"):
        return invoice.remarks
    kept = []
    for part in invoice.remarks.split("；"):
        label, colon, value = part.partition("：")
        if label == "户名":
            value = person_name(value)
        if label != "用电地址":
            kept.append(f"{label}{colon}{value}")
    return "；".join(kept)


def invoice_document(invoice: Invoice) -> dict[str, Any]:
    """JSON-able data of the copy; without a number of the platform it is marked as a specimen."""
    return {
        "number": invoice.number,
        "tax_number": invoice.tax_number or "",
        "issued": invoice.issued_date.isoformat() if invoice.issued_date else "",
        "is_red": invoice.kind == InvoiceKind.RED,
        "original": (invoice.original.tax_number or "") if invoice.original else "",
        "confirmation": invoice.confirmation_number,
        "special": invoice.special,
        "state": invoice.state,
        "buyer": shown_buyer(invoice),
        "seller": json.loads(invoice.seller),
        "rate": f"{invoice.vat_rate * 100:f}".rstrip("0").rstrip(".") + "%",
        "lines": [
            {
                "name": line.name,
                "specification": line.specification,
                "quantity": format(line.quantity.normalize(), "f") if line.quantity else "",
                "unit_price": line.unit_price,
                "ex_tax_fen": line.ex_tax_fen,
                "tax_fen": line.tax_fen,
            }
            for line in invoice.lines.all()
        ],
        "ex_tax_fen": invoice.ex_tax_fen,
        "tax_fen": invoice.tax_fen,
        "total_fen": invoice.total_fen,
        "capitals": chinese_capital_amount(invoice.total_fen),
        "remarks": shown_remarks(invoice),
    }

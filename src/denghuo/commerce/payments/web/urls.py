"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.payments.web import (
    cashier,
    cheques,
    deposits,
    lists,
    payments,
    receipts,
    refunds,
    shifts,
    transfers,
)

app_name = "payments"
urlpatterns = [
    path("", lists.PaymentList.as_view(), name="payments"),
    path("cashier/", cashier.cashier, name="cashier"),
    path("cashier/find", cashier.find, name="find"),
    path("cashier/take", cashier.take, name="take"),
    path("cashier/code", cashier.code, name="code"),
    path("cashier/code/<slug:channel>/<str:reference>", cashier.code_state, name="code-state"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/print/<slug:form>", receipts.print_basket, name="print-receipt"),
    path("payment/<str:number>/", payments.payment_page, name="payment"),
    path("payment/<str:number>/reverse", payments.reverse_payment, name="reverse"),
    path("payment/<str:number>/print/<slug:form>", receipts.print_payment, name="print-payment"),
    path("shifts/", lists.ShiftList.as_view(), name="shifts"),
    path("shifts/mine", shifts.my_shift, name="my-shift"),
    path("shifts/<int:pk>/", shifts.shift_page, name="shift"),
    path("shifts/<int:pk>/count", shifts.count, name="count-shift"),
    path("shifts/<int:pk>/confirm", shifts.confirm, name="confirm-shift"),
    path("shifts/<int:pk>/sheet", shifts.sheet, name="cash-up-sheet"),
    path("cheques/", lists.ChequeList.as_view(), name="cheques"),
    path("cheques/<int:pk>/", cheques.cheque_page, name="cheque"),
    path("cheques/<int:pk>/decide", cheques.decide_cheque, name="decide-cheque"),
    path("refunds/", lists.RefundList.as_view(), name="refunds"),
    path("refunds/new/<str:account>", refunds.new_refund, name="new-refund"),
    path("refunds/<str:number>/", refunds.refund_page, name="refund"),
    path("refunds/<str:number>/decide", refunds.decide_refund, name="decide-refund"),
    path("refunds/<str:number>/pay", refunds.pay_refund, name="pay-refund"),
    path("closed-accounts/", lists.ClosedAccountList.as_view(), name="closed-accounts"),
    path("transfers/", lists.TransferList.as_view(), name="transfers"),
    path("transfers/new/<str:account>", transfers.new_transfer, name="new-transfer"),
    path("transfers/<str:number>/", transfers.transfer_page, name="transfer"),
    path("transfers/<str:number>/decide", transfers.decide_transfer, name="decide-transfer"),
    path("offsets/new/<str:account>", transfers.offset, name="offset"),
    path("deposits/", lists.DepositList.as_view(), name="deposits"),
    path("deposits/new/<str:account>", deposits.new_deposit, name="new-deposit"),
    path("deposits/<str:number>/", deposits.deposit_page, name="deposit"),
    path("deposits/<str:number>/draw", deposits.draw, name="draw-deposit"),
]

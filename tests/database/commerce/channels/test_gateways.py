"""The real adapters and their SDKs against the emulator: every call, every product, signatures in both directions."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from denghuo.commerce.channels import rules
from denghuo.commerce.channels.rules import GatewayRefused, GatewayUnreachable, NothingBilled
from tests.cast import channels as cast

PROVIDERS = ("wechat", "alipay")
CODES = {"wechat": "native", "alipay": "precreate"}


@pytest.fixture
def clock():
    return cast.Clock(cast.NOON)


@pytest.fixture
def emulator(clock):
    with cast.running(clock) as running:
        yield running


def request_for(provider: str, number: str = "D1", product: str = "", **facts) -> rules.OrderRequest:
    return rules.OrderRequest(
        **{
            "out_trade_no": number,
            "amount_fen": 12_345,
            "description": "电费 100000001",
            "product": product or CODES[provider],
            "expires_at": cast.NOON + timedelta(minutes=15),
            "notify_url": "http://127.0.0.1:9/channels/notify",
            **facts,
        }
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_order_is_placed_paid_refunded_and_billed(emulator, clock, provider):
    gateway = cast.gateways(emulator.address)[provider]
    ticket = gateway.create_order(request_for(provider))
    assert ticket.code_url.startswith({"wechat": "weixin://", "alipay": "https://qr.alipay.com/"}[provider])
    before = gateway.query("D1").state
    assert (
        before == {"wechat": "pending", "alipay": "missing"}[provider]
    )  # Alipay knows a code once it is scanned

    emulator.desk.pay(provider, "D1", "silent")
    status = gateway.query("D1")
    assert (status.state, status.amount_fen, status.paid_at) == ("paid", 12_345, cast.NOON)
    with pytest.raises(GatewayRefused):
        gateway.close("D1")

    clock.pass_(hours=2)
    back = rules.RefundRequest(
        "R1", "D1", status.transaction_id, 2_345, 12_345, "预存退费", "http://127.0.0.1:9/"
    )
    first, again = gateway.refund(back), gateway.refund(back)
    assert first == again and first.state in ("processing", "paid")
    found = gateway.query_refund("R1", status.transaction_id)
    assert (found.state, found.amount_fen) == ("paid", 2_345)
    assert gateway.query_refund("R2", status.transaction_id).state == "missing"
    with pytest.raises(GatewayRefused):
        gateway.refund(rules.RefundRequest("R3", "D1", status.transaction_id, 10_001, 12_345, "多退", ""))
    assert gateway.query("D1").state == "paid"

    payment, refund = gateway.download_bill(date(2026, 9, 7))
    assert (payment.kind, payment.amount_fen, payment.fee_fen) == ("payment", 12_345, 74)
    assert payment.transaction_id == refund.transaction_id == status.transaction_id
    assert (refund.kind, refund.amount_fen, refund.out_refund_no) == ("refund", 2_345, "R1")
    with pytest.raises(NothingBilled):
        gateway.download_bill(date(2026, 9, 6))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_order_is_closed_and_what_nobody_knows_is_closed_too(emulator, provider):
    gateway = cast.gateways(emulator.address)[provider]
    gateway.create_order(request_for(provider))
    gateway.close("D1")
    gateway.close("D1-never-heard-of")
    assert gateway.query("D1").state in ("closed", "missing")
    assert gateway.query("D1-never-heard-of").state == "missing"


def test_the_other_ways_to_pay(emulator):
    gateways = cast.gateways(emulator.address)
    h5 = gateways["wechat"].create_order(request_for("wechat", "H1", "h5"))
    assert "12" in urlopen(h5.code_url).read().decode()
    jsapi = gateways["wechat"].create_order(request_for("wechat", "J1", "jsapi", openid="oWang"))
    assert set(jsapi.jsapi) >= {"paySign", "package", "timeStamp"}
    for number, product in (("W1", "wap"), ("P1", "page")):
        link = gateways["alipay"].create_order(request_for("alipay", number, product))
        assert gateways["alipay"].query(number).state == "missing"
        assert "¥ 123.45" in urlopen(link.code_url).read().decode()
        assert gateways["alipay"].query(number).state == "pending"
    assert "验签出错" in urlopen(link.code_url.replace("123.45", "0.01")).read().decode()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_answer_and_answers_that_are_not_signed_are_not_believed(emulator, provider):
    nobody = cast.gateways("http://127.0.0.1:9")[provider]
    with pytest.raises(GatewayUnreachable):
        nobody.query("D1")
    gateway = cast.gateways(emulator.address)[provider]
    gateway.create_order(request_for(provider))
    keys = emulator.desk.keys
    forged = type(keys)(
        wechat=keys.alipay, alipay=keys.wechat, merchant=keys.merchant, app=keys.app, apiv3=keys.apiv3
    )
    emulator.desk.keys = forged
    with pytest.raises(GatewayUnreachable):
        gateway.create_order(request_for(provider, "D2"))
    with pytest.raises(GatewayUnreachable):
        nobody.download_bill(date(2026, 9, 7))


def test_a_request_with_a_foreign_key_is_refused_by_the_emulator(emulator):
    gateway = cast.gateways(emulator.address)["wechat"]
    gateway._pay._core._private_key = emulator.desk.keys.alipay
    with pytest.raises(GatewayRefused) as refused:
        gateway.create_order(request_for("wechat"))
    assert refused.value.code == "SIGN_ERROR"


def test_a_channel_whose_settings_are_incomplete_says_which(tmp_path):
    from denghuo.commerce.channels.operations.gateways import wechat

    with pytest.raises(rules.GatewayOff, match="DENGHUO_WECHAT_MCHID"):
        wechat.build({})
    settings = dict.fromkeys(wechat.NEEDED, "x") | {"private_key_file": str(tmp_path / "absent.pem")}
    with pytest.raises(rules.GatewayOff, match=r"absent\.pem"):
        wechat.build(settings)


def test_the_phone_page_pays(emulator):
    cast.gateways(emulator.address)["wechat"].create_order(request_for("wechat"))
    page = urlopen(f"{emulator.address}/phone/").read().decode()
    assert "¥ 123.45" in page
    urlopen(f"{emulator.address}/phone/pay", data=b"channel=wechat&number=D1&way=silent")
    assert "已支付" in urlopen(f"{emulator.address}/phone/?number=D1").read().decode()
    assert urlsplit(emulator.address).hostname == "127.0.0.1"

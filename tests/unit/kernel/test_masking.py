import pytest

from denghuo.kernel import masking


@pytest.mark.parametrize(
    "mask, plain, shown",
    [
        (masking.person_name, "张三", "张*"),
        (masking.person_name, "张小明", "张*明"),
        (masking.person_name, "王", "*"),
        (masking.phone, "13812345678", "138****5678"),
        (masking.phone, "0771-5551234", "0771-****234"),
        (masking.identity_number, "450103199001011234", "450***********1234"),
        (masking.bank_card, "6222020200112345678", "**** 5678"),
        (masking.email, "abc@x.cn", "a***@x.cn"),
        (masking.address, "城东路梧桐巷12号301", "城东路梧桐巷***"),
        (masking.number, "4501000000123", "4501*****0123"),
    ],
)
def test_personal_data_is_shown_masked(mask, plain, shown):
    assert mask(plain) == shown


@pytest.mark.parametrize(
    "mask", [masking.phone, masking.identity_number, masking.person_name, masking.bank_card]
)
def test_a_short_value_never_slips_through_whole(mask):
    assert mask("123") != "123"

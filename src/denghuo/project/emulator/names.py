"""Who the emulator believes we are, and where it keeps its keys. None of these names exists at a real channel."""

from __future__ import annotations

FOLDER = "emulator"
MCHID = "1900009999"
WECHAT_APPID = "wx00000000denghuo"
SERIAL = "4D454D554C41544F52"
WECHAT_PUBLIC_KEY_ID = "PUB_KEY_ID_0119000099992026090700000000000000"
ALIPAY_APPID = "9021000000000001"
SELLER_ID = "2088000000000001"

MERCHANT_KEY = "wechat-merchant-key.pem"
APIV3_KEY = "wechat-apiv3-key.txt"
WECHAT_KEY = "wechat-platform-key.pem"
WECHAT_PUBLIC_KEY = "wechat-platform-public-key.pem"
APP_KEY = "alipay-app-key.pem"
ALIPAY_KEY = "alipay-platform-key.pem"
ALIPAY_PUBLIC_KEY = "alipay-platform-public-key.pem"

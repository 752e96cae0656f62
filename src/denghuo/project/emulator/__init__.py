"""An emulator of WeChat Pay v3 and Alipay: the same signed protocols with keys of its own, for demonstration and tests.

It is a development tool beside the system, which meets it only over HTTP, as it meets the real channels. Nothing in it
is secret: its keys are made on first start in DENGHUO_HOME and prove nothing to anybody else.
"""

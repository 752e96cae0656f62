"""The emulator as a small web server: ``start(home, port)`` beside the system, ``serve`` on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from denghuo.project.emulator import alipay, desk, keys, names, phone, wechat
from denghuo.project.emulator.store import Store

BODY_LIMIT = 1024 * 1024


def application(counter: desk.Desk) -> Callable[..., Iterable[bytes]]:
    """The WSGI application over a desk."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = _route(counter, environ)
        headers = {"Content-Length": str(len(body)), **headers}
        if status == 204:
            headers.pop("Content-Length")
        start_response(f"{status} {'OK' if status < 400 else 'Refused'}", list(headers.items()))
        return [body]

    return answer


def _route(counter: desk.Desk, environ: dict[str, Any]) -> wechat.Answer:
    path, query, method = environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
    base = f"http://{environ.get('HTTP_HOST', '127.0.0.1')}"
    length = min(int(environ.get("CONTENT_LENGTH") or 0), BODY_LIMIT)
    body = environ["wsgi.input"].read(length) if length else b""
    if path.startswith("/wechat/v3/"):
        whole = path.removeprefix("/wechat") + (f"?{query}" if query else "")
        return wechat.answer(counter, method, whole, body, environ.get("HTTP_AUTHORIZATION", ""), base)
    if path == "/alipay/gateway.do":
        return _alipay(counter, query or body.decode("utf-8", "replace"), base)
    if path == "/alipay/bill":
        day = parse_qs(query).get("day", [""])[0]
        return 200, {"Content-Type": "application/zip"}, alipay.bill_file(counter, day)
    if path == "/phone/pay" and method == "POST":
        return _pay(counter, parse_qs(body.decode("utf-8", "replace")))
    if path in ("/", "/phone", "/phone/"):
        given = parse_qs(query)
        return _html(
            phone.page(
                counter,
                code=given.get("code", [""])[0],
                note=given.get("note", [""])[0],
                only=given.get("number", [""])[0],
            )
        )
    return 404, {"Content-Type": "text/plain"}, b"no such page"


def _html(text: str) -> wechat.Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def _alipay(counter: desk.Desk, query: str, base: str) -> wechat.Answer:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if given.get("method") in alipay.PAGES:
        try:
            order = alipay.opened(counter, given)
        except (desk.Refused, KeyError, ValueError) as refused:
            return _html(phone.page(counter, only="-", note=str(refused)))
        return _html(phone.page(counter, only=order["out_trade_no"]))
    return (
        200,
        {"Content-Type": "application/json; charset=utf-8"},
        alipay.answer(counter, given, base),
    )


def _pay(counter: desk.Desk, given: dict[str, list[str]]) -> wechat.Answer:
    channel, number, way = (given.get(name, [""])[0] for name in ("channel", "number", "way"))
    try:
        counter.pay(channel, number, way)
        note = {key: f"{zh} {en}" for key, zh, en in phone.BUTTONS}.get(way, "")
    except desk.Refused as refused:
        note = refused.text
    return 303, {"Location": f"/phone/?number={quote(number)}&note={quote(note)}"}, b""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the callbacks and answers are what counts."""


class Emulator:
    """A running emulator; ``address`` is what DENGHUO_EMULATOR wants. Callbacks go out by themselves with ``calling``."""

    def __init__(
        self, counter: desk.Desk, port: int, *, host: str = "127.0.0.1", calling: bool = True
    ) -> None:
        self.desk = counter
        self._server = make_server(host, port, application(counter), _Server, _Quiet)
        self.address = f"http://{host}:{self._server.server_port}"
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.1,), name="emulator", daemon=True)
        ]
        if calling:
            self._threads.append(
                threading.Thread(
                    target=counter.deliver_until, args=(self._stop,), name="callbacks", daemon=True
                )
            )
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=10)
        self.desk.store.close()

    def wait(self) -> None:
        """Until interrupted."""
        try:
            while self._threads[0].is_alive():
                self._threads[0].join(timeout=1)
        except KeyboardInterrupt:
            pass
        finally:
            self.close()


def start(home: Path, port: int, *, host: str = "127.0.0.1", speed: float = 60.0) -> Emulator:
    """Start the emulator in threads of this process; port 0 takes a free one. ``speed`` 60 makes a minute a second.

    Raises:
        OSError: the port is taken.
    """
    made = keys.ensure(home)
    store = Store(home / names.FOLDER / "emulator.sqlite3")
    return Emulator(desk.Desk(made, store, speed=speed), port, host=host)

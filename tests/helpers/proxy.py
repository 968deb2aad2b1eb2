"""A node that lies: it stands before a real one and changes what the tests tell it to."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.helpers.nodes import RealNode


class Refusal(Exception):
    """The node answers with this error."""


class Proxy(RealNode):
    """
    Answers as `behind` does, but for the methods in `lies`.

    A lie gets the method's parameters and a function that asks the real node with them; it returns the result, or
    raises `Refusal`. `raw` are all transactions that the node was sent, in order, whatever it did with them.
    """

    def __init__(self, behind: RealNode, port: int):
        super().__init__(behind.name, port, behind.chain_id)
        self.behind = behind
        self.lies: dict[str, Callable] = {}
        self.raw: list[str] = []

    def answer(self, request: dict) -> dict:
        method, params = request["method"], request["params"]
        if method == "eth_sendRawTransaction":
            self.raw.append(params[0])
        honest = {"jsonrpc": "2.0", "id": request["id"]}
        if method not in self.lies:
            return self.behind.post(method, params)
        try:
            return {**honest, "result": self.lies[method](params, lambda: self._result(method, params))}
        except Refusal as refusal:
            return {**honest, "error": {"code": -32000, "message": str(refusal)}}

    def _result(self, method: str, params: list):
        answer = self.behind.post(method, params)
        if "error" in answer:
            raise Refusal(answer["error"]["message"])
        return answer["result"]


@contextmanager
def proxy(behind: RealNode):
    """A proxy that tells no lie yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(lying.answer(request)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    lying = Proxy(behind, server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield lying
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

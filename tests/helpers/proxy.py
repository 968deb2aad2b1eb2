"""A node that lies: it stands before a real one and changes what the tests tell it to."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.helpers.nodes import RealNode


class Refusal(Exception):
    """The node answers with this error."""

    def __init__(self, message: str, code: int = -32000, **more):
        super().__init__(message)
        self.error = {"code": code, "message": message, **more}


class Http(Exception):
    """
    What comes back is no answer in JSON-RPC but these bytes, with this status and these headers.

    `cut` ends the connection before the last bytes, and with no bytes before anything was sent.
    """

    def __init__(self, status: int = 200, body: bytes = b"", cut: bool = False, **headers: str):
        self.status = status
        self.body = body
        self.cut = cut
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Proxy(RealNode):
    """
    Answers as `behind` does, but for the methods in `lies`.

    A lie gets the method's parameters and a function that asks the real node with them; it returns the result, or
    raises `Refusal` or `Http`. A lie of the name `*` is asked about each method first, which it gets before the
    parameters. `raw` are all transactions that the node was sent, in order, whatever it did with them.
    """

    def __init__(self, behind: RealNode, port: int):
        super().__init__(behind.name, port, behind.chain_id)
        self.behind = behind
        self.lies: dict[str, Callable] = {}
        self.raw: list[str] = []

    def ask(self, method: str, *params):
        """The truth, for the tests themselves."""
        return self.behind.ask(method, *params)

    def answer(self, request: dict) -> dict:
        method, params = request["method"], request["params"]
        if method == "eth_sendRawTransaction":
            self.raw.append(params[0])
        envelope = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            if "*" in self.lies:
                self.lies["*"](method, params)
            if method not in self.lies:
                return self.behind.post(method, params)
            return {**envelope, "result": self.lies[method](params, lambda: self._result(method, params))}
        except Refusal as refusal:
            return {**envelope, "error": refusal.error}

    def _result(self, method: str, params: list):
        answer = self.behind.post(method, params)
        if "error" in answer:
            raise Refusal(**answer["error"])
        return answer["result"]


@contextmanager
def proxy(behind: RealNode):
    """A proxy that tells no lie yet."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer = Http(body=json.dumps(lying.answer(request)).encode())
            except Http as raw:
                answer = raw
            if answer.cut and not answer.body:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.cut))
            self.close_connection = answer.cut
            self.end_headers()
            self.wfile.write(answer.body)

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

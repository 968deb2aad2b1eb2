"""
What nodes and providers do, and the right end of each: waited for, one line and status 1 after which another run
finishes, or refused with status 2 before anything is asked.

A proxy before a real node plays them. The words are those of the clients and providers.
"""

import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import pytest

from taskpools.deployment import checks
from taskpools.deployment import node as nodes
from taskpools.deployment.journal import Journal
from tests.helpers.nodes import anvil
from tests.helpers.proxy import Http, Refusal, proxy
from tests.live.test_faults import STEPS, is_whole, sent_nothing
from tests.live.test_limit import GWEI, fields, shown, signed_for

PAGE = b"<html><head><title>Just a moment...</title></head></html>"
CREDITS = {
    "rate": {"allowed_rps": 1, "backoff_seconds": 0.01, "current_rps": 1.4},
    "see": "https://infura.io/dashboard",
}


@pytest.fixture
def before(node):
    with proxy(node) as lying:
        yield lying


def refusal(*arguments, **more):
    return lambda: Refusal(*arguments, **more)


def http(*arguments, **more):
    return lambda: Http(*arguments, **more)


# A fault that passes: what comes, and what the line says if it does not pass.
PASSING = {
    "rate limit": (refusal("rate limit exceeded", -32005), "does not answer {} (rate limit exceeded)"),
    "rate limit with data": (refusal("project ID request rate exceeded", -32005, data=CREDITS), "does not answer {} ("),
    "rate limit by its words": (refusal("Too Many Requests"), "does not answer {} (Too Many Requests)"),
    "compute units": (refusal("exceeded its compute units per second capacity", 429), "does not answer {} (exceeded"),
    "no healthy back end": (refusal("no backend is currently healthy", -32011), "does not answer {} (no backend"),
    "error as a text": (http(body=b'{"error": "rate limit reached"}'), "does not answer {} (rate limit reached)"),
    "a back end that lags": (refusal("header not found"), "does not answer {} (header not found)"),
    "a pruned back end": (refusal("missing trie node 0a (path )"), "does not answer {} (missing trie node 0a"),
    "429": (http(429), "does not answer (status 429)"),
    "429 with Retry-After": (http(429, Retry_After="0"), "does not answer (status 429)"),
    "429 with a date": (http(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), "does not answer (status 429)"),
    "429 with nonsense": (http(429, Retry_After="soon"), "does not answer (status 429)"),
    "429 with an answer": (http(429, b'{"error": {"code": 429, "message": "slow"}}'), "does not answer (status 429)"),
    "500": (http(500), "does not answer (status 500)"),
    "502 of a page": (http(502, PAGE), "does not answer (status 502)"),
    "503": (http(503, b'{"error": {"code": -32000, "message": "no"}}'), "does not answer (status 503)"),
    "504": (http(504), "does not answer (status 504)"),
    "a page": (http(body=PAGE, Content_Type="text/html"), "does not speak JSON-RPC (status 200)"),
    "nothing": (http(), "does not speak JSON-RPC (status 200)"),
    "null": (http(body=b"null"), "does not speak JSON-RPC (status 200)"),
    "neither result nor error": (http(body=b'{"jsonrpc": "2.0", "id": 1}'), "does not speak JSON-RPC (status 200)"),
    "half an answer": (http(body=b'{"jsonrpc": "2.0", "resu'), "does not speak JSON-RPC (status 200)"),
    "brackets": (http(body=b"[" * 200_000), "does not speak JSON-RPC (status 200)"),
    "no text": (http(body=b"\xff\xfe\xfa"), "does not speak JSON-RPC (status 200)"),
    "elsewhere": (http(301, Location="https://example.invalid/"), "does not speak JSON-RPC (status 301)"),
    "cut off": (http(body=b'{"jsonrpc": "2.0", "result": "0x', cut=True), "does not answer ("),
    "reset": (http(cut=True), "does not answer (ConnectionError)"),
}
# What a result may be in place of what was asked for.
UNREADABLE = {"null": None, "a list": [], "a text": "0xwhat", "a number": 7, "an object": {}, "empty": "0x"}


class Fault:
    """A node's fault, at the first so many times that each method is asked for; `since` so many transactions."""

    def __init__(self, lying, what, times: float = float("inf"), since: float = 0, methods: tuple = ()):
        self.lying = lying
        self.what = what
        self.times = times
        self.since = since
        self.methods = methods
        self.met: Counter = Counter()

    def __call__(self, method, params):
        if len(set(self.lying.raw)) < self.since or (self.methods and method not in self.methods):
            return
        self.met[method] += 1
        if self.met[method] <= self.times:
            raise self.what()


@pytest.mark.parametrize("name", PASSING)
def test_a_fault(node, before, operator_of, name):
    """
    For ever, at the beginning or on the way, a fault is one line and status 1. Where each method meets the fault twice
    only, another run finishes.
    """
    operator = operator_of(before)
    what, line = PASSING[name]
    for since in (0, 4):
        fault = Fault(before, what, since=since)
        before.lies = {"*": fault}
        status, _, errors = operator.deploy()
        (method,) = fault.met
        assert status == 1
        assert errors.startswith(f"deploy.py: 127.0.0.1 {line.format(method)}")
        assert errors.count("\n") == 1
        assert fault.met[method] == nodes.TRIES
        assert len(set(before.raw)) == since
    fault = Fault(before, what, times=2)
    before.lies = {"*": fault}
    assert operator.deploy()[::2] == (0, "")
    assert {*READ, "eth_call", "eth_sendRawTransaction"} <= set(fault.met)
    assert min(fault.met.values()) > 2
    before.lies = {}
    assert is_whole(operator)


def result(value):
    def lie(params, honest):
        return value

    return lie


READ = (
    "eth_chainId",
    "eth_getBlockByNumber",
    "eth_getBalance",
    "eth_getTransactionCount",
    "eth_estimateGas",
    "eth_maxPriorityFeePerGas",
    "eth_getTransactionReceipt",
    "eth_getCode",
    "eth_blockNumber",
)
# Of these nothing is a result.
NOTHING = {("eth_getCode", "empty"), ("eth_getTransactionReceipt", "null")}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_results_that_cannot_be_read_at_first(before, operator_of, kind):
    """Each method answers so twice: nobody notices."""
    operator = operator_of(before)
    asked: Counter = Counter()

    def unreadable_twice(method):
        def lie(params, honest):
            asked[method] += 1
            return UNREADABLE[kind] if asked[method] <= 2 else honest()

        return lie

    before.lies = {method: unreadable_twice(method) for method in READ if (method, kind) not in NOTHING}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)
    assert set(asked) == set(before.lies)
    assert min(asked.values()) > 2


def test_results_that_cannot_be_read(before, operator_of):
    """One method after the other answers so for ever: each is one line; then another run finishes."""
    operator = operator_of(before)
    for method in READ:
        before.lies = {method: lambda params, honest: {}}
        status, _, errors = operator.deploy()
        assert (status, errors) == (1, f"deploy.py: 127.0.0.1 answers {method} with what cannot be read\n")
    before.lies = {}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


def test_an_error_of_null_beside_a_result(before, operator_of, monkeypatch):
    operator = operator_of(before)
    answer = before.answer
    monkeypatch.setattr(before, "answer", lambda request: {"error": None, **answer(request)})
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [b"", PAGE, b'{"error": {"code": -32600, "message": "Must be authenticated!"}}'])
def test_no_access(before, operator_of, status, body):
    """Asked once: a key does not become right by waiting."""
    operator = operator_of(before)
    fault = Fault(before, lambda: Http(status, body), since=4)
    before.lies = {"*": fault}
    ended, _, errors = operator.deploy()
    assert ended == 1
    assert errors == f"deploy.py: 127.0.0.1 denies access (status {status}): is the key in the URL right?\n"
    assert sum(fault.met.values()) == 1
    before.lies = {}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_that_does_not_pass_is_one_line_with_the_node_s_words(before, operator_of, status):
    operator = operator_of(before)
    words = b'{"error": {"code": -32601, "message": "the method\\nis \\u001b[31mnot [/x] there"}}'
    before.lies = {"*": Fault(before, http(status, words))}
    ended, output, errors = operator.deploy()
    assert (ended, output) == (1, "")
    assert errors == "deploy.py: 127.0.0.1 refuses eth_chainId: the method is [31mnot [/x] there\n"


def test_a_secret_of_the_url_is_not_shown(before, operator_of):
    operator = operator_of(before)
    secrets = ["k3y-of-the-project", "user-name", "pass word", "tok3n-of-mine"]
    told = f"invalid project id {secrets[0]}, user {secrets[1]}, {secrets[2]}, {secrets[3]}"
    before.lies = {"*": Fault(before, lambda: Refusal(told))}
    host = before.url.removeprefix("http://")
    url = f"http://user-name:pass%20word@{host}/v3/k3y-of-the-project?token=tok3n-of-mine"
    status, output, errors = operator.run(*operator.arguments("--rpc", url))
    assert (status, output) == (1, "")
    assert errors == "deploy.py: 127.0.0.1 refuses eth_chainId: invalid project id ..., user ..., ..., ...\n"


@pytest.mark.parametrize(
    "wait", ["3600", format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)], ids=["seconds", "date"]
)
def test_a_node_that_wants_to_be_left_alone_for_long(before, operator_of, wait):
    operator = operator_of(before)
    fault = Fault(before, http(429, Retry_After=wait))
    before.lies = {"*": fault}
    status, _, errors = operator.deploy()
    assert status == 1
    assert errors.startswith("deploy.py: 127.0.0.1 does not answer (status 429) and wants to be left alone for ")
    assert errors.endswith(" seconds\n")
    assert sum(fault.met.values()) == 1


@pytest.mark.parametrize(
    ("what", "pauses"),
    [
        (http(429, Retry_After="7"), [7, 7]),
        (refusal("slower", -32005, data=CREDITS), [0.01, 0.01]),
        (refusal("slower", -32005, data={"backoff_seconds": 3}), [3, 3]),
        (refusal("slower", -32005, data="later"), [0.5, 1]),
        (refusal("slower", -32005), [0.5, 1]),
        (http(503), [0.5, 1]),
    ],
)
def test_a_node_is_left_alone_as_long_as_it_wants(before, monkeypatch, what, pauses):
    waited = []
    monkeypatch.setattr(nodes, "PAUSE", 0.5)
    monkeypatch.setattr("time.sleep", waited.append)
    before.lies = {"*": Fault(before, what, times=2)}
    assert nodes.Node(before.url).chain_id() == before.chain_id
    assert waited == pauses


def test_a_node_that_does_not_answer_in_time(monkeypatch):
    monkeypatch.setattr(nodes, "PATIENCE", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(nodes.Stopped) as end:
        nodes.Node(f"http://127.0.0.1:{silent.getsockname()[1]}").head()
    assert str(end.value) == "127.0.0.1 does not answer (ReadTimeout)"


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://:8545",
        "http:///path",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
        "http://not a host/",
        "https://*.example",
        "http://" + 64 * "a" + ".example",
        "http://a..example",
        "ws://127.0.0.1",
        "127.0.0.1:8545",
        "",
    ],
)
@pytest.mark.parametrize("option", ["--rpc", "--explorer"])
def test_a_url_that_is_none(operator, url, option):
    more = () if option == "--rpc" else ("--verify", "blockscout")
    status, output, errors = operator.run(*operator.arguments(*more, option, url))
    assert (status, output) == (2, "")
    assert errors == f"deploy.py: {option} takes a URL that begins with http:// or https:// and has a host\n"
    assert sent_nothing(operator)


# ---------------------------------------------------------------- transactions that the node has, or lacks

# What clients answer if they have the transaction already.
KNOWN = {
    "geth": "already known",
    "geth, long ago": "known transaction: 5ac6",
    "nethermind": "AlreadyKnown",
    "besu": "Known transaction",
    "erigon": "ALREADY_EXISTS: already known",
    "erigon's pool": "INTERNAL_ERROR: existing tx with same hash",
    "reth": "already known",
    "openethereum": "Transaction with the same hash was already imported.",
    "anvil": "transaction already imported",
    "one that nobody has heard of": "we have this one",
}


@pytest.mark.parametrize("client", KNOWN)
def test_a_node_that_has_the_transaction(before, operator_of, client):
    """The first answer was lost: the node says on the second that it has the transaction, in its own words."""
    operator = operator_of(before)
    taken = set()

    def lie(params, honest):
        if params[0] in taken:
            raise Refusal(KNOWN[client])
        taken.add(params[0])
        honest()
        raise Http(cut=True)

    before.lies = {"eth_sendRawTransaction": lie}
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    assert len(set(before.raw)) == STEPS
    assert signed_for(before.raw) <= shown(output)


# What clients answer if the nonce is used up, or not the next one yet.
NONCES = {
    "geth": "nonce too low: next nonce 5, tx nonce 4",
    "nethermind": "OldNonce, Current nonce: 5, nonce of rejected tx: 4",
    "besu": "Nonce too low",
    "erigon": "INTERNAL_ERROR: nonce too low",
    "openethereum": "Transaction nonce is too low. Try incrementing the nonce.",
    "hardhat": "Nonce too high. Expected nonce to be 3 but got 4.",
    "nethermind, early": "NonceGap, Future nonce. Expected nonce: 3",
}


@pytest.mark.parametrize("client", NONCES)
def test_a_back_end_whose_nonces_lag(before, operator_of, client):
    """Each transaction is refused twice for its nonce, then taken: it is sent again as it was."""
    operator = operator_of(before)
    met: Counter = Counter()

    def lie(params, honest):
        met[params[0]] += 1
        if met[params[0]] <= 2:
            raise Refusal(NONCES[client])
        return honest()

    before.lies = {"eth_sendRawTransaction": lie}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)
    assert len(set(before.raw)) == STEPS


CHEAP = {
    "geth": "replacement transaction underpriced",
    "geth, the fee": "max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 2",
    "geth, the pool": "txpool is full",
    "nethermind": "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1, BaseFee: 2",
    "nethermind, the pool": "FeeTooLowToCompete",
    "nethermind, another one": "ReplacementNotAllowed",
    "besu": "Gas price below configured minimum gas price",
    "besu, the fee": "gasPrice is less than the current BaseFee",
    "erigon": "could not replace existing tx",
    "openethereum": "Transaction gas price is too low. There is another transaction with same nonce in the queue.",
}


@pytest.mark.parametrize("client", CHEAP)
def test_a_node_that_wants_more(before, operator_of, client):
    """The first of each nonce is refused for its price, in each client's words: a dearer one is signed."""
    operator = operator_of(before)
    seen: dict = {}

    def lie(params, honest):
        if seen.setdefault(fields(params[0])["nonce"], params[0]) == params[0]:
            raise Refusal(CHEAP[client])
        return honest()

    # A node recommends what was paid last, which would be more from step to step.
    before.lies = {"eth_sendRawTransaction": lie, "eth_maxPriorityFeePerGas": lambda params, honest: hex(GWEI)}
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    assert len(set(before.raw)) == 2 * STEPS
    assert signed_for(before.raw) <= shown(output)


# ---------------------------------------------------------------- back ends that lag


def lagging(kind, looks: int):
    """An answer of a node that lags: what is new is not there at the first looks at it."""

    def wrap(before):
        met: Counter = Counter()

        def lie(params, honest):
            met[str(params)] += 1
            return kind(honest) if met[str(params)] <= looks else honest()

        return lie

    return wrap


LAGS = {
    "a receipt while indexing": ("eth_getTransactionReceipt", lambda honest: None),
    "a receipt that is pending": (
        "eth_getTransactionReceipt",
        lambda honest: (found := honest()) and {**found, "blockNumber": None, "blockHash": None},
    ),
    "code": ("eth_getCode", lambda honest: "0x"),
}


@pytest.mark.parametrize("name", LAGS)
def test_a_back_end_that_lags(before, operator_of, name):
    operator = operator_of(before)
    method, kind = LAGS[name]
    before.lies = {method: lagging(kind, 4)(before)}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)
    assert len(set(before.raw)) == STEPS


def test_an_index_that_is_being_made(before, operator_of):
    """geth's words while it does not know yet which transactions are where."""
    operator = operator_of(before)
    fault = Fault(before, refusal("transaction indexing is in progress"), times=3, since=2)
    fault.methods = ("eth_getTransactionReceipt",)
    before.lies = {"*": fault}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


@pytest.mark.parametrize("method", ["eth_blockNumber", "eth_getTransactionCount"])
def test_a_number_that_goes_back(before, operator_of, method):
    """Each second answer comes from a back end that is behind."""
    operator = operator_of(before)
    asked = count()

    def lie(params, honest):
        number = int(honest(), 16)
        return hex(max(0, number - 3 * (next(asked) % 2)))

    before.lies = {method: lie}
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert is_whole(operator)
    assert signed_for(before.raw) <= shown(output)


def test_receipts_without_a_price(before, operator_of):
    operator = operator_of(before)

    def lie(params, honest):
        found = honest()
        return found and {name: value for name, value in found.items() if name != "effectiveGasPrice"}

    before.lies = {"eth_getTransactionReceipt": lie}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


def test_a_node_that_makes_no_call_without_a_receiver(before, operator_of):
    operator = operator_of(before)

    def lie(params, honest):
        if "to" not in params[0]:
            raise Refusal("invalid argument 0: missing 'to' field", -32602)
        return honest()

    before.lies = {"eth_call": lie}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


def test_an_old_fork_behind_a_node_that_makes_no_call_without_a_receiver(operator_of):
    with anvil(hardfork="shanghai") as old, proxy(old) as before:
        operator = operator_of(before)
        before.lies = {"eth_call": lambda params, honest: _no_receiver()}
        status, _, errors = operator.deploy()
        assert (status, errors) == (1, f"deploy.py: chain {old.chain_id} does not support the evm version prague\n")
        before.lies["eth_estimateGas"] = lambda params, honest: _no_receiver()
        status, _, errors = operator.deploy()
        assert status == 1
        assert errors.startswith("deploy.py: the chain refuses TaskLens: ")
        assert sent_nothing(operator)


def _no_receiver():
    raise Refusal("missing to", -32602)


# ---------------------------------------------------------------- another chain, and checks that cannot be made


@pytest.mark.parametrize("number", [1, 4, 2 * STEPS + 1])
def test_another_chain_on_the_way(node, operator_of, monkeypatch, number):
    """From some moment on, the address leads to a node of another chain."""
    save, writes = Journal.save, count(1)
    with anvil() as other, proxy(node) as before:
        operator = operator_of(before)

        def moving(journal):
            save(journal)
            if next(writes) == number:
                before.behind = other

        monkeypatch.setattr(Journal, "save", moving)
        status, _, errors = operator.deploy()
        assert (status, errors) == (
            1,
            f"deploy.py: 127.0.0.1 is on chain {other.chain_id}, not on chain {node.chain_id}\n",
        )
        assert other.number("eth_getTransactionCount", operator.address, "pending") == 0
        before.behind = node
        assert operator.deploy()[::2] == (0, "")
        assert is_whole(operator)


def test_another_chain_at_the_inspection(node, operator_of, monkeypatch):
    with anvil() as other, proxy(node) as before:
        operator = operator_of(before)
        assert operator.deploy()[0] == 0
        expected = checks.facts

        def moving(*terms):
            before.behind = other
            return expected(*terms)

        monkeypatch.setattr(checks, "facts", moving)
        status, output, errors = operator.deploy()
        assert (status, errors) == (
            1,
            f"deploy.py: 127.0.0.1 is on chain {other.chain_id}, not on chain {node.chain_id}\n",
        )
        assert "WRONG" not in output


@pytest.mark.parametrize("message", ["internal error", "method handler crashed", "execution aborted (timeout = 5s)"])
def test_an_error_while_checking_is_no_failed_check(before, operator_of, message):
    operator = operator_of(before)
    fault = Fault(before, refusal(message, -32603), since=STEPS, methods=("eth_call",))
    before.lies = {"*": fault}
    status, output, errors = operator.deploy()
    assert status == 1
    assert "WRONG" not in output
    assert errors.startswith("deploy.py: 127.0.0.1 ")
    assert f"eth_call{':' if 'timeout' not in message else ''} " in errors
    assert message in errors
    assert operator.journal_file.exists()
    before.lies = {}
    assert operator.deploy()[::2] == (0, "")
    assert is_whole(operator)


@pytest.mark.parametrize("message", ["execution reverted", "VM Exception while processing transaction", "out of gas"])
def test_a_view_that_fails_is_a_failed_check(before, operator_of, message):
    operator = operator_of(before)
    assert operator.deploy()[0] == 0
    before.lies = {"eth_call": lambda params, honest: _fails(message) if "to" in params[0] else honest()}
    status, output, errors = operator.deploy()
    assert status == 1
    assert "WRONG  TaskLens.LAYOUT() is 1" in output
    assert errors.startswith("deploy.py: the system on the chain is not what was planned: ")


def _fails(message: str):
    raise Refusal(message)


@pytest.mark.parametrize("answer", ["0x", "0x01", "0x" + "ff" * 31, "0x" + "ff" * 64])
def test_answers_of_another_contract_are_failed_checks(before, operator_of, answer):
    operator = operator_of(before)
    assert operator.deploy()[0] == 0
    before.lies = {"eth_call": lambda params, honest: answer if "to" in params[0] else honest()}
    status, output, errors = operator.deploy()
    assert status == 1
    assert "WRONG  TaskPool.lens() is 0x" in output
    assert errors.startswith("deploy.py: the system on the chain is not what was planned: ")


def test_a_back_end_that_lags_at_the_inspection(before, operator_of):
    """The first looks find nothing: they are taken again before anything is called wrong."""
    operator = operator_of(before)
    assert operator.deploy()[0] == 0
    before.lies = {
        "eth_getCode": lagging(lambda honest: "0x", 3)(before),
        "eth_call": lagging(lambda honest: "0x", 3)(before),
    }
    status, output, errors = operator.deploy()
    assert (status, errors) == (0, "")
    assert "WRONG" not in output

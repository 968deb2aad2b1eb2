"""A user of a system on a real node: web3 and the ABIs of the deployment's record."""

from eth_account import Account
from eth_utils import keccak
from web3 import Web3

from tests.helpers.chain import ETHER


class Client:
    """A user of the system: transactions of accounts with keys, contracts by name."""

    def __init__(self, node, record: dict):
        self.node = node
        self.web3 = Web3(Web3.HTTPProvider(node.url))
        self.contracts = {
            name: self.web3.eth.contract(contract["address"], abi=contract["abi"])
            for name, contract in record["contracts"].items()
        }

    def account(self, name: str):
        account = Account.from_key(keccak(text=f"{name} {self.node.chain_id}"))
        self.node.fund(account.address, 10 * ETHER)
        return account

    def balance(self, account) -> int:
        return self.web3.eth.get_balance(account.address)

    def send(self, account, function, value: int = 0, gas: int | None = None):
        """The receipt of a call, which must succeed. Its gas limit is the node's bare estimate unless it is given."""
        return self.mined(account, self.prepared(account, function, value, gas))

    def prepared(self, account, function, value: int = 0, gas: int | None = None) -> dict:
        """The transaction that web3 makes of a call, with web3's own estimate and fees; it can be sent later."""
        fields = {
            "from": account.address,
            "value": value,
            "nonce": self.web3.eth.get_transaction_count(account.address),
        }
        if gas is not None:
            fields["gas"] = gas
        return function.build_transaction(fields)

    def contract(self, name: str, address: str):
        """The contract of this name at another address, such as a pool."""
        return self.web3.eth.contract(address, abi=self.contracts[name].abi)

    def create(self, account, bytecode: bytes) -> str:
        """The address of what this creation code leaves."""
        fields = {"nonce": self.web3.eth.get_transaction_count(account.address), "chainId": self.node.chain_id}
        fee = self.web3.eth.get_block("latest")["baseFeePerGas"] * 2 + 10**9
        fields |= {"gas": 1_000_000, "maxFeePerGas": fee, "maxPriorityFeePerGas": 10**9, "value": 0, "data": bytecode}
        return self.mined(account, fields)["contractAddress"]

    def mined(self, account, transaction: dict):
        """The receipt of a transaction, which must succeed."""
        raw = account.sign_transaction(transaction).raw_transaction
        receipt = self.web3.eth.wait_for_transaction_receipt(self.web3.eth.send_raw_transaction(raw))
        assert receipt["status"] == 1
        return receipt

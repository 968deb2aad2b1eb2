"""
Looks at a deployed system: is the code on the chain the build's, and are links, owners and constants what they must be?
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils import function_abi_to_4byte_selector, is_address, to_checksum_address
from eth_utils.abi import collapse_if_tuple

from taskpools.abi import abi
from taskpools.deployment.node import Node, Refused
from taskpools.deployment.plan import Plan, Planned
from taskpools.steps import Call, Fact, facts

Answer = TypeVar("Answer")

# Nodes behind one address may lag behind each other for so many looks, a second apart.
LOOKS = 12
LOOK_PAUSE = 1.0


def look(question: Callable[[], Answer]) -> Answer:
    """Ask a question until the answer is yes, a few times; returns the last answer."""
    for _ in range(LOOKS - 1):
        if answer := question():
            return answer
        time.sleep(LOOK_PAUSE)
    return question()


def inspect(node: Node, plan: Plan) -> list[tuple[str, bool]]:
    """
    What was looked at, and whether it is right: the code of each contract, then each fact.

    What is wrong at first is looked at again: a node may lag behind. Raises `Stopped` if the node cannot tell.
    """
    terms = plan.terms
    questions: list[tuple[str, Callable[[], bool]]] = []
    for name, code in plan.codes.items():
        questions.append((f"{name} has the build's code", partial(_has_code, node, plan.addresses[name], code)))
    for fact in facts(terms.owner, terms.verifiers, terms):
        values = [plan.resolve(value) for value in fact.values]
        shown = " or ".join(str(value) for value in values)
        arguments = ", ".join(str(argument) for argument in fact.arguments)
        line = f"{fact.contract}.{fact.view}({arguments}) is {shown}"
        questions.append((line, partial(_holds, node, plan, fact, values)))
    found = [question() for _, question in questions]

    def all_right() -> bool:
        """Ask again what was wrong."""
        for number, right in enumerate(found):
            found[number] = right or questions[number][1]()
        return all(found)

    if not all(found) and not look(all_right):
        node.stay_on(terms.chain_id)
    return [(line, right) for (line, _), right in zip(questions, found, strict=True)]


def _has_code(node: Node, address: str, code: bytes) -> bool:
    return node.code(address) == code


def _holds(node: Node, plan: Plan, fact: Fact, values: list) -> bool:
    return view(node, plan, fact.contract, fact.view, fact.arguments) in values


def is_done(node: Node, plan: Plan, planned: Planned) -> bool:
    """Whether the chain shows that a step was made, whichever transaction it was."""
    if not isinstance(planned.step, Call):
        return _has_code(node, planned.created, planned.code)
    name, arguments, value = planned.step.proof
    return view(node, plan, planned.step.contract, name, arguments) == plan.resolve(value)


def view(node: Node, plan: Plan, contract: str, name: str, arguments: tuple) -> Any:
    """
    What a view returns, a tuple if it has several outputs; None if there is no contract, or another one.

    Raises `Stopped` if the node cannot tell.
    """
    entry: Any = next(entry for entry in abi(contract) if entry.get("name") == name)
    types = [[collapse_if_tuple(item) for item in entry[side]] for side in ("inputs", "outputs")]
    data = function_abi_to_4byte_selector(entry) + encode(types[0], [plan.resolve(value) for value in arguments])
    try:
        answer = node.call(plan.addresses[contract], data)
        outputs = decode(types[1], answer)
    except Refused as error:
        if not error.failed:
            raise
        return None
    except DecodingError:
        return None
    values = tuple(to_checksum_address(value) if is_address(value) else value for value in outputs)
    return values[0] if len(values) == 1 else values

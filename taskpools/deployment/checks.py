"""
Looks at a deployed system: is the code on the chain the build's, and are links, owners and constants what they must be?
"""

from typing import Any

from eth_abi import decode, encode
from eth_utils import function_abi_to_4byte_selector, is_address, to_checksum_address
from eth_utils.abi import collapse_if_tuple

from taskpools.abi import abi
from taskpools.deployment.node import Node, Refused
from taskpools.deployment.plan import Plan, Planned
from taskpools.steps import Call, facts


def inspect(node: Node, plan: Plan) -> list[tuple[str, bool]]:
    """What was looked at, and whether it is right: the code of each contract, then each fact."""
    terms = plan.terms
    found = []
    for name, code in plan.codes.items():
        found.append((f"{name} has the build's code", node.code(plan.addresses[name]) == code))
    for fact in facts(terms.owner, terms.verifiers):
        values = [plan.resolve(value) for value in fact.values]
        shown = " or ".join(str(value) for value in values)
        arguments = ", ".join(str(argument) for argument in fact.arguments)
        line = f"{fact.contract}.{fact.view}({arguments}) is {shown}"
        found.append((line, view(node, plan, fact.contract, fact.view, fact.arguments) in values))
    return found


def is_done(node: Node, plan: Plan, planned: Planned) -> bool:
    """Whether the chain shows that a step was made, whichever transaction it was."""
    if not isinstance(planned.step, Call):
        return node.code(planned.created) == planned.code
    name, arguments, value = planned.step.proof
    return view(node, plan, planned.step.contract, name, arguments) == plan.resolve(value)


def view(node: Node, plan: Plan, contract: str, name: str, arguments: tuple) -> Any:
    """What a view with one output returns; None if there is no contract or it refuses."""
    entry: Any = next(entry for entry in abi(contract) if entry.get("name") == name)
    types = [[collapse_if_tuple(item) for item in entry[side]] for side in ("inputs", "outputs")]
    data = function_abi_to_4byte_selector(entry) + encode(types[0], [plan.resolve(value) for value in arguments])
    try:
        answer = node.call(plan.addresses[contract], data)
    except Refused:
        return None
    if not answer:
        return None
    value = decode(types[1], answer)[0]
    return to_checksum_address(value) if is_address(value) else value

"""
The lowest gas with which a request is made: the same whatever others did meanwhile, and enough for the worst of it. One
gas less is refused by name and changes nothing.
"""

import boa
import pytest

from tests.conftest import funded
from tests.helpers.flow import BURNS_GAS, IMAGE_PRICE, new_pool, request
from tests.helpers.hostile import Attempt, calldata, edge, topic

pytestmark = pytest.mark.py_evm("each call is a transaction that begins cold, with exact gas")

CREDITED = topic("PaymentCredited(address,uint256)")


@pytest.mark.parametrize("prompt", ["p", "p" * 4_096])
def test_requesting(system, registry, approved_pool, pool_owner, requester, prompt):
    """
    First the pool had tasks, there is no fee, and what is sent is the exact price. Then the next pool never had one,
    there is a fee, and half of what is sent goes back to an account that burns its gas.
    """
    burner = funded("burner")
    boa.env.set_code(burner, BURNS_GAS)
    for _ in range(2):
        request(system, requester)
    data = calldata("requestInference(string,string)", "image-v1", prompt)

    def attempt(gas: int) -> Attempt:
        accounts = [burner, registry.address, approved_pool.address]
        return Attempt(burner, registry.address, data, IMAGE_PRICE, gas, accounts, registry.requestCounter)

    light = edge(attempt)
    assert attempt(light).seen == 3
    assert CREDITED not in attempt(light).topics
    pools = [new_pool(system, pool_owner, approved=True) for _ in range(3)]
    registry.setProtocolFeeBps(100)
    registry.updateModel("image-v1", "Image", "An image model", IMAGE_PRICE // 2)
    worst = edge(attempt)
    assert CREDITED in attempt(worst).topics
    assert worst <= light
    request(system, requester)
    assert registry.requestTask(3)[0] in [pool.address for pool in pools]

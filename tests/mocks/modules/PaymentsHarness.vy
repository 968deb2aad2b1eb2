# pragma version 0.4.3
"""
@title Payments harness
@license MIT
@notice Lets a test drive contracts/shared/payments.vy. Without a lock, so that a payee can call back.
"""

from contracts.shared import payments

initializes: payments


@external
@payable
def pay(to: address, amount: uint256) -> bool:
    return payments._pay(to, amount)


@external
def withdrawCredit(to: address):
    payments._withdraw_credit(msg.sender, to)


@external
def send(to: address, amount: uint256):
    payments._send(to, amount)


@external
@view
def creditOf(account: address) -> uint256:
    return payments.credits[account]

"""
A second engine for the suite: titanoboa on revm, about a hundred times as fast as on py-evm.

`environment()` of engines.py is a new chain on the engine of the running test. `pytest --evm py-evm|revm` chooses the
engine; plugin.py says what runs where. machine.py lists what revm does differently from py-evm.
"""

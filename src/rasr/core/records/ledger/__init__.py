"""The law of the ledger: what a movement may do, and what places hold after it. Pure; the node keeps the rows.

Every line takes a quantity from one place to another, so it balances by what it is, and every item is always somewhere.
"""

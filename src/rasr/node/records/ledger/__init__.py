"""The ledger of this node: movements in, holdings out, by the law of ``rasr.core.records.ledger``."""

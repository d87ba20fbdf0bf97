"""The register of this node: the ledger of its stock and every other table of a region."""

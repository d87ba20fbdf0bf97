"""Licences of stores: worked out, proposed, signed, printed; and the emergency card of each store."""

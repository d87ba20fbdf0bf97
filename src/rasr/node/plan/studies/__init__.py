"""Many plans of one register: alone or together, danger against money, scenarios, how sure the first year is."""

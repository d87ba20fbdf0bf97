"""The synthetic region: it looks like the real one and holds no real depot; every assumption stands in ``data/``.

>>> sorted(make_sample(seed=1, scale=0.1))[:3]
['articles', 'earmarks', 'exchange_rates']
"""

from rasr.sample.region import make_sample, write_sample

__all__ = ["make_sample", "write_sample"]

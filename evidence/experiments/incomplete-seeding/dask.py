# {"claim": "dask.array.random draws from a generator of its own, which dask.array.random.seed seeds and numpy's seed does not.", "needs": "dask"}
#- bad
import dask.array as da
import numpy as np

np.random.seed(0)
print(da.random.normal(size=3).compute())
#- good
import dask.array as da

da.random.seed(0)
print(da.random.normal(size=3).compute())

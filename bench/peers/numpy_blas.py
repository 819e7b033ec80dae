"""NumPy's products, which are OpenBLAS's: python numpy_blas.py '{"task": "product", …}' prints JSON."""
import os

from timing import answer, rounds, task

# Before NumPy is imported: it is read once.
os.environ["OPENBLAS_NUM_THREADS"] = str(task["threads"])
import numpy as np

m, n, k = task["shape"]
rng = np.random.default_rng(0)
a, b = (rng.standard_normal(shape, dtype=np.float32) for shape in ((m, k), (k, n)))
c = np.empty((m, n), np.float32)
answer(rounds(lambda: np.matmul(a, b, out=c), task["steps"]), np.__version__)

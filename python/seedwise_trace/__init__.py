"""Runs a PyTorch program twice, and says at which line the two runs part and why.

`python -m seedwise_trace verify train.py` is the driver. It starts the program with the interpreter it runs under; `hook/` is
put on that program's path, so that each of its Python processes traces itself. Only the standard library and the program's own torch
are used. The linter never imports this package.
"""


"""Switches, as an old note has them."""
import torch


def make_exact():
    torch.use_deterministic_algorithms()
    #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ invalid-determinism-call error


def make_exact_again():
    torch.use_deterministic_algorithms(True)


def quiet():
    return torch.rand(2)  # seedwise: ignore[nondeterministic-op] the kernel is fine
    #                                        ^^^^^^^^^^^^^^^^^^^ unused-ignore warning

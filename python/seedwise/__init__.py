"""Seedwise shows where a PyTorch program stops being repeatable. This package starts its command line."""

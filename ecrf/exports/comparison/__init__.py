"""Two data cuts compared: what one holds and the other does not, each as it was, read from the trail."""

from ecrf.exports.comparison.result import Comparison, compare, hold_the_same, write_comparison

__all__ = ["Comparison", "compare", "hold_the_same", "write_comparison"]

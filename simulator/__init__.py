"""A pretend practice, its staff's slips and its payers' hidden policies: writes 837P, 835 and the truth."""

from simulator.run import simulate
from simulator.slips import slip_names

__all__ = ["simulate", "slip_names"]

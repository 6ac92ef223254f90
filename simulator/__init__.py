"""A pretend practice, its staff's slips and its payers' hidden policies: writes 837P, 835 and the truth."""

from simulator.run import simulate
from simulator.slips import slip_names
from simulator.switches import UnknownSwitch, switches

__all__ = ["UnknownSwitch", "simulate", "slip_names", "switches"]

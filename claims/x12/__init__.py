"""837P and 835, in and out, and what a payer says before a claim. Segments, loops and elements are spoken of only here.

Read: `read_837`, `read_835`, `read_provider_adjustments`, `read_271`, `read_278`; what is it: `sniff`;
write: `write_837`, `write_835`.
"""

from claims.x12.carrying import NOT_KEPT
from claims.x12.delimiters import Delimiters
from claims.x12.read_271 import read_271
from claims.x12.read_278 import read_278
from claims.x12.read_835 import read_835, read_provider_adjustments
from claims.x12.read_837 import read_837
from claims.x12.release import release
from claims.x12.sniff import sniff
from claims.x12.write_835 import write_835
from claims.x12.write_837 import write_837
from claims.x12.writing import Envelope

__all__ = [
    "NOT_KEPT",
    "Delimiters",
    "Envelope",
    "read_271",
    "read_278",
    "read_835",
    "read_837",
    "read_provider_adjustments",
    "release",
    "sniff",
    "write_835",
    "write_837",
]

"""Everything wrong with an X12 file before it is sent: syntax, guide, balances, pointers; and the 999 that says so.

`validate(bytes or file)` gives the findings one by one; `write_999` acknowledges what it found.
"""

from claims.x12.validate.acknowledge import write_999
from claims.x12.validate.finding import Finding, Place, Severity
from claims.x12.validate.run import Validation, validate

__all__ = ["Finding", "Place", "Severity", "Validation", "validate", "write_999"]

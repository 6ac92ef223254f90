"""The practice's memory on disk: what it sent, what came back, links, labels and events."""

from store.errors import UnusableStore
from store.ledger import LedgerRow
from store.report import IngestReport, RefusedRecord, RejectedFile, Unmatched
from store.store import Store

__all__ = ["IngestReport", "LedgerRow", "RefusedRecord", "RejectedFile", "Store", "Unmatched", "UnusableStore"]

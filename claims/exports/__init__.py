"""Claims and answers out of a billing system's export (CSV), by a map of its columns to ours."""

from claims.exports.export_map import EXAMPLE, ExportMap, parse_export_map, read_export_map
from claims.exports.read import Export, open_export

__all__ = ["EXAMPLE", "Export", "ExportMap", "open_export", "parse_export_map", "read_export_map"]

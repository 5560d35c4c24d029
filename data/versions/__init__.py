"""Data versions that are kept: what the tables held then, and what has changed since."""

from data.versions.differences import Change, Differences, changes_since
from data.versions.store import HISTORY_DIR, Manifest, VersionNotKept, manifests, tables_at

__all__ = ["HISTORY_DIR", "Change", "Differences", "Manifest", "VersionNotKept", "changes_since", "manifests", "tables_at"]

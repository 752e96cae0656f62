"""Files as people bring them ⇄ rows of text: read without trust, written without formulas."""

from denghuo.foundation.imports.frames.reading import Limits, Sheet, UnreadableFile, read
from denghuo.foundation.imports.frames.writing import guarded, unguarded, write_csv, write_xlsx

__all__ = ["Limits", "Sheet", "UnreadableFile", "guarded", "read", "unguarded", "write_csv", "write_xlsx"]

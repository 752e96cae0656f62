"""Bring a file in: stage, map, check, commit, discard; or all at once from the shell."""

from denghuo.foundation.imports.operations.batches import (
    BatchCannotChange,
    FileRefused,
    MappingIncomplete,
    SameFileAgain,
    discard,
    limits,
    remap,
    stage,
)
from denghuo.foundation.imports.operations.rows import check, check_chunk, commit, commit_chunk, finish
from denghuo.foundation.imports.operations.shell import ImportResult, run_file

__all__ = [
    "BatchCannotChange",
    "FileRefused",
    "ImportResult",
    "MappingIncomplete",
    "SameFileAgain",
    "check",
    "check_chunk",
    "commit",
    "commit_chunk",
    "discard",
    "finish",
    "limits",
    "remap",
    "run_file",
    "stage",
]

"""Kept files: photos and documents, addressed by their content."""

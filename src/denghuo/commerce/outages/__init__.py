"""Planned and fault outages, who is affected, notices, restoration, reliability."""

"""Columnar tables (Apache Arrow) that go into and come out of the engine."""

"""The staff of the demonstration town, for tests."""

from denghuo.project.demo.staff import (
    PASSWORD,
    PEOPLE,
    UNITS,
    Person,
    hire,
    hire_everyone,
    holder_of,
    open_units,
)

__all__ = ["PASSWORD", "PEOPLE", "UNITS", "Person", "hire", "hire_everyone", "holder_of", "open_units"]

from __future__ import annotations

import pytest

from denghuo.foundation.workflow import operations, rules
from denghuo.foundation.workflow.rules import processes
from tests.cast import processes as drawn
from tests.cast import staff as cast


@pytest.fixture
def units(db, now):
    return cast.open_units(now)


@pytest.fixture
def written(monkeypatch):
    """What the automatic step of the test process was called with."""
    calls = []
    others = {code: function for code, function in processes._handlers.items() if code != "test.write"}
    monkeypatch.setattr(processes, "_handlers", others)

    def write(instance, *, at, actor):
        calls.append((instance.pk, at, actor))
        return {"written": True}

    rules.handler("test.write", write)
    return calls


@pytest.fixture
def request_process(units, written, now):
    """The process ``test.request`` in force."""
    definition = operations.draft(xml=drawn.REQUEST, at=now)
    return operations.approve(definition=definition, at=now, actor=None)


@pytest.fixture
def subject(units):
    """Something that a case can be about: the unit itself will do."""
    from denghuo.foundation.numbering.models import Sequence

    return Sequence(pk=77, name="matter")

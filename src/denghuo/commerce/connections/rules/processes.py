"""The processes of this room: three diagrams, walked by ten kinds of application with limits of their own."""

from __future__ import annotations

from denghuo.commerce.connections.rules.kinds import KINDS
from denghuo.foundation.workflow import rules as flow

LANES = {
    "客户经理": "connection_engineer",
    "审批人": "supervisor",
    "营业厅": "counter_clerk",
    "装表接电班": "field_crew",
}

PROCESSES = tuple(
    flow.declare(
        flow.Process(
            key=kind.process,
            package="denghuo.commerce.connections",
            file=f"{kind.flow}.bpmn",
            limits=tuple(
                flow.Limit(limit.step, limit.days, "working_days", limit.basis, limit.confidence)
                for limit in kind.limits
            ),
            lanes=LANES,
        )
    )
    for kind in KINDS.values()
)

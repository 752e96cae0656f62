"""A correction in the making: facts are added one by one, its effect can be looked at any time.

::

    proposal = Proposal(bill, reason="wrong_multiplier", explanation="倍率录错").replace_multiplier(20, 40)
    proposal.effect().difference_fen
    proposal.submit(actor=clerk, at=now).commit(...)
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.corrections.operations.deciding import approve
from denghuo.commerce.corrections.operations.drafting import CorrectionRefused, draft, effect_of, submit
from denghuo.commerce.corrections.rules import facts
from denghuo.commerce.corrections.rules.effect import Effect
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint


class Proposal:
    """Changed facts over the months from ``bill`` to ``until`` (its own month where it is left out)."""

    def __init__(
        self,
        bill: Bill,
        *,
        reason: str,
        explanation: str = "",
        until: str = "",
        supply_point: SupplyPoint | None = None,
    ) -> None:
        self.first, self.last = Cycle.parse(bill.cycle), Cycle.parse(until or bill.cycle)
        self.reason, self.explanation = reason, explanation
        points = list(SupplyPoint.objects.filter(bill_sections__bill=bill).distinct().order_by("pk"))
        if supply_point is None and len(points) != 1:
            raise CorrectionRefused("the bill covers several supply points: name one")
        self.supply_point = supply_point or points[0]
        self.facts: list[facts.Fact] = []

    def add(self, fact: facts.Fact) -> Self:
        self.facts.append(fact)
        return self

    def replace_multiplier(self, wrong: int, right: int, *, point_id: int | None = None) -> Self:
        return self.add(
            facts.ReplaceMultiplier(from_multiplier=wrong, to_multiplier=right, point_id=point_id)
        )

    def replace_tariff(self, wrong: str, right: str, **more: Any) -> Self:
        return self.add(facts.ReplaceTerms(from_tariff=wrong, tariff=right, **more))

    def replace_capacity(self, right_kva: Decimal | int, **more: Any) -> Self:
        return self.add(facts.ReplaceTerms(capacity_kva=Decimal(right_kva), **more))

    def replace_pf_standard(self, right: int, **more: Any) -> Self:
        return self.add(facts.ReplaceTerms(pf_standard=right, **more))  # type: ignore[arg-type]

    def replace_reading(self, read_date: date, *, point_id: int | None = None, **registers: Any) -> Self:
        shown = {name: Decimal(value) for name, value in registers.items()}
        return self.add(facts.ReplaceReading(read_date=read_date, registers=shown, point_id=point_id))

    def add_energy(
        self, cycle: str, *, in_power_factor: bool = True, in_loss: bool = True, **registers: Any
    ) -> Self:
        given = {name: Decimal(value) for name, value in registers.items()}
        return self.add(
            facts.AddEnergy(cycle=cycle, registers=given, in_power_factor=in_power_factor, in_loss=in_loss)
        )

    def scale_energy(self, factor: Decimal | str, **more: Any) -> Self:
        return self.add(facts.ScaleEnergy(factor=Decimal(factor), **more))

    def effect(self) -> Effect:
        """Before, after and why. Writes nothing."""
        return effect_of(supply_point=self.supply_point, facts=self.facts, first=self.first, last=self.last)

    def draft(self, *, actor: Staff, at: datetime, **more: Any) -> Correction:
        return draft(
            supply_point=self.supply_point,
            reason=self.reason,
            explanation=self.explanation,
            first=self.first,
            last=self.last,
            facts=self.facts,
            actor=actor,
            at=at,
            **more,
        )

    def submit(self, *, actor: Staff, at: datetime, **more: Any) -> Correction:
        return submit(correction=self.draft(actor=actor, at=at, **more), actor=actor, at=at)

    def commit(
        self, *, asked_by: Staff, approved_by: Staff, at: datetime, due_date: date, **more: Any
    ) -> Correction:
        """Draft, submit and approve; two persons."""
        asked = self.submit(actor=asked_by, at=at, **more)
        return approve(correction=asked, actor=approved_by, at=at, due_date=due_date)

"""Design review, mid inspection, completion inspection: rounds with defects until one passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events, queries, rules
from denghuo.commerce.connections.models import Application, Defect, Review
from denghuo.commerce.connections.operations.common import ActRefused, done, locked, note, standing_at
from denghuo.commerce.connections.rules import solar
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

STEPS = ("design", "mid", "completion")


@transaction.atomic
def record_review(
    *,
    application: Application,
    kind: str,
    passed: bool,
    at: datetime,
    actor: Staff | None,
    defects: Sequence[str] = (),
    fixed: Sequence[int] = (),
    remark: str = "",
) -> Review:
    """Write down a round. All defects are told at once; it passes only when every older one was found put right.

    Args:
        defects: what was newly found.
        fixed: ids of older defects found put right.

    Raises:
        NotInThisStep: this review is not waited for.
        ActRefused: passed with defects open, or not passed without any; PV without the four abilities.
    """
    found = locked(application)
    standing_at(found, kind)
    texts = [text.strip() for text in defects if text.strip()]
    still_open = list(queries.open_defects(found, kind).exclude(pk__in=list(fixed)))
    if passed and (texts or still_open):
        raise ActRefused(_("It does not pass while defects are open."))
    if not passed and not texts and not still_open:
        raise ActRefused(_("Say what has to be put right: all of it at once."))
    if passed and kind == "completion" and found.kind in rules.PV:
        _abilities(found)
    number = found.reviews.filter(kind=kind).count() + 1
    review = Review.objects.create(
        application=found, kind=kind, round=number, passed=passed, note=remark.strip(), reviewed_at=at, reviewed_by=actor
    )  # fmt: skip
    Defect.objects.bulk_create(Defect(review=review, text=text[:300]) for text in texts)
    queries.open_defects(found, kind).filter(pk__in=list(fixed)).update(fixed_in=review)
    if passed and kind == "completion" and found.kind in rules.PV:
        found.energised_at = at
        found.save(update_fields=["energised_at"])
    named = (*texts, *(item.text for item in still_open))
    outbox.publish(
        events.ReviewDone(
            found.pk, found.customer_id, found.number, kind, number, passed, named, reviewed_at=at
        )
    )
    note(
        "review.recorded",
        found,
        at=at,
        actor=actor,
        review=kind,
        round=number,
        passed=passed,
        defects=len(named),
    )
    done(found, kind, at=at, actor=actor, result="; ".join(named), **{f"{kind}_passed": passed})
    return review


def _abilities(application: Application) -> None:
    row = application.solar
    missing = [name for name in solar.ABILITIES if not getattr(row, name)]
    if missing:
        raise ActRefused(queries.fault_text("abilities_missing:" + ",".join(missing), solar.BASIS))


@transaction.atomic
def set_abilities(
    *, application: Application, abilities: frozenset[str], at: datetime, actor: Staff | None
) -> None:
    """Record which of the four abilities (可观、可测、可调、可控) the plant was tested with."""
    found = locked(application)
    row = found.solar
    for name in solar.ABILITIES:
        setattr(row, name, name in abilities)
    row.save(update_fields=list(solar.ABILITIES))
    note("solar.abilities", found, at=at, actor=actor, abilities=", ".join(sorted(abilities)))

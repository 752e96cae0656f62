"""Published grades of customers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from denghuo.records.customers.models import Customer


class GradeKind(models.TextChoices):
    VALUE = "value", pgettext_lazy("rating", "Customer value")
    CREDIT = "credit", pgettext_lazy("rating", "Credit")
    IMPORTANCE = "importance", pgettext_lazy("rating", "Service importance")


class Letter(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Grade(models.Model):
    """One publication: who got which grade, as of which day, by which model, for what evidence. Written once.

    ``by_hand``: a person set it for a reason until ``expires_on``; a model's grade has no end, the next one replaces it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="grades", db_index=False)
    kind = models.CharField(pgettext_lazy("rating", "kind of grade"), max_length=12, choices=GradeKind)
    grade = models.CharField(pgettext_lazy("rating", "grade"), max_length=1, choices=Letter)
    model = models.CharField(pgettext_lazy("rating", "model"), max_length=60)
    as_of = models.DateField(pgettext_lazy("rating", "as of"))
    expires_on = models.DateField(pgettext_lazy("rating", "expires"), null=True, blank=True)
    by_hand = models.BooleanField(pgettext_lazy("rating", "set by hand"), default=False)
    evidence = models.CharField(pgettext_lazy("rating", "evidence"), max_length=500)
    published_at = models.DateTimeField(pgettext_lazy("rating", "published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="a_grade_has_its_evidence"),
            models.CheckConstraint(
                condition=Q(by_hand=False) | Q(published_by__isnull=False, expires_on__isnull=False),
                name="a_grade_by_hand_has_a_person_and_an_end",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("as_of")),
                name="a_grade_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["customer", "kind", "as_of"]), models.Index(fields=["kind", "grade"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.grade}"

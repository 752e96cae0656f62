"""What the bureau sorts and says by: topics, causes of complaints, answers ready to use, the kind of settlement."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.identity.models import OrganisationUnit


class Node(models.Model):
    """A node of a tree of two or three levels; ``path`` (codes with dots) sorts it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    source = models.CharField(pgettext_lazy("catalogue", "source"), max_length=120, blank=True)
    is_active = models.BooleanField(pgettext_lazy("catalogue", "in use"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Topic(Node):
    """What a matter is about, under its kind (the first level): 报修 → 停电 → 单户停电."""

    kind = models.CharField(max_length=14)
    priority = models.PositiveSmallIntegerField(_("priority"), default=2)

    class Meta:
        ordering = ["kind", "code"]


class Cause(Node):
    """Why customers complain, by the field's own reasons: supply, attitude, efficiency, quality, words, convenience."""

    class Meta:
        ordering = ["code"]


class AnswerTemplate(models.Model):
    """An answer that is ready; ``{…}`` stands for facts of the matter (see ``rules.answers``)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=14, blank=True)
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"), max_length=1000)
    is_active = models.BooleanField(pgettext_lazy("catalogue", "in use"), default=True)

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.title


class SettlementKind(models.TextChoices):
    CITY = "city", pgettext_lazy("settlement", "City")
    RURAL = "rural", pgettext_lazy("settlement", "Rural")
    REMOTE = "remote", pgettext_lazy("settlement", "Remote")


class Settlement(models.Model):
    """What kind of settlement a unit serves: the limits of arrival follow it. Units without a row follow their parent."""

    unit = models.OneToOneField(
        OrganisationUnit, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    kind = models.CharField(pgettext_lazy("settlement", "settlement"), max_length=6, choices=SettlementKind)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["city", "rural", "remote"]), name="a_known_kind_of_settlement"
            )
        ]

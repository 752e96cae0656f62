"""Serial numbers, handed out in blocks."""

from __future__ import annotations

from django.db import models


class Sequence(models.Model):
    """``last`` is the last serial handed out."""

    name = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

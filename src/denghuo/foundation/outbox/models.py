"""Events written in the transaction that caused them, delivered to their handlers afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One published event; ``payload`` is JSON text."""

    name = models.CharField(max_length=80)
    payload = models.TextField()
    occurred_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(delivered_at__isnull=True), name="undelivered_messages")
        ]


class Delivery(models.Model):
    """One handler's hearing of one message: done once, retried with growing pauses until then."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=120)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "handler"], name="one_delivery_per_handler")
        ]

"""Changed facts as the engine's tables."""

from denghuo.commerce.corrections.frames.changes import Applied, FactDoesNotFit, apply, energies

__all__ = ["Applied", "FactDoesNotFit", "apply", "energies"]

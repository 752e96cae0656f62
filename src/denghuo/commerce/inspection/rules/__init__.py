"""Pure judgement of inspections: cycles, catalogue, states, and what breach and theft cost."""

from denghuo.commerce.inspection.rules import catalogue, charges, cycles, parameters, states

__all__ = ["catalogue", "charges", "cycles", "parameters", "states"]

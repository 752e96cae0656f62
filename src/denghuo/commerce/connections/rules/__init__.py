"""Pure judgement of applications for supply: kinds and limits, plans, sources, PV, fees, documents."""

"""The counter and the hotline: queue, clocks, evaluation, customer plates."""

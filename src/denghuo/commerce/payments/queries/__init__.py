"""Payments, receipts and what stands behind them."""

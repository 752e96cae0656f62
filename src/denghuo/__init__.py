"""Denghuo (灯火): electricity marketing and customer service."""

__version__ = "0.1.0"

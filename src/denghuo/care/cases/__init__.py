"""Enquiries, faults, complaints and every other matter a customer brings."""

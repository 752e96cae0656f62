"""Published grades of customers: who, what, as of when, by which model."""

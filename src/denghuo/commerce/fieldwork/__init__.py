"""Tasks done outside: dispatched, carried out on a phone, offline for a whole shift."""

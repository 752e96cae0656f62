"""New connections from application to archive, reverse approval, supply plans, fees and contracts."""

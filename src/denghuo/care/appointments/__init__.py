"""Service times by place: capacity, booking, door-to-door service."""

"""What channels show elsewhere."""


def register() -> None:
    """Called once when Django is ready."""

"""Messages to customers: templates, channels, delivery."""

"""What of people stands around every request."""

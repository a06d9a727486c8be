"""relayd: readings of health wearables in, carers called until one of them answers."""

__version__ = "0.1.0"

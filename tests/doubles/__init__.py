"""Doubles of the services that relayd speaks to: each keeps its rules, and breaks on cue."""

"""The ground floor: what an alarm condition is, what an alert is, and what must happen next.

Nothing in this package reads a clock, draws a random number, waits, logs or touches the world.
Time comes in as an argument; all that must be done goes out as a value.
"""

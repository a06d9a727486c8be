"""The museum: real faults of real systems, built into relayd one at a time, and each found out.

A test suite is worth what it catches. Every exhibit is one small change to the engine that brings
back a fault which some alarm system, follower app or relay had in earnest.
"""

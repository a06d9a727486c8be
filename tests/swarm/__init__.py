"""The swarm: seeded days full of faults, lived by the unchanged engine, judged by the oracle."""

"""The household file: TOML to frozen objects; all faults at once, each with its remedy."""

from relayd.config.fault import ConfigFaults, Fault
from relayd.config.load import load, parse
from relayd.config.secrets import SecretFile
from relayd.config.settings import (
    ChannelSettings,
    Config,
    MqttSettings,
    NetworkSettings,
    PathSettings,
    Probe,
    SourceSettings,
    WatcherSettings,
    WebSettings,
)

__all__ = [
    "ChannelSettings",
    "Config",
    "ConfigFaults",
    "Fault",
    "MqttSettings",
    "NetworkSettings",
    "PathSettings",
    "Probe",
    "SecretFile",
    "SourceSettings",
    "WatcherSettings",
    "WebSettings",
    "load",
    "parse",
]

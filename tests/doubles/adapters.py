"""One small adapter for each kind of channel: what the contract test needs to know about it.

A new kind takes part in the whole contract with one more ``Adapter`` in ``ADAPTERS``: a double,
how a channel is opened against it, and where its promises differ from the common ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from doubles.base import Double
from doubles.modem_manager import IMEI, ManagerDouble
from doubles.ntfy import NtfyDouble
from doubles.pushover import PushoverDouble
from doubles.twilio import TwilioDouble
from doubles.voice import VoiceDouble
from doubles.webhook import WebhookDouble
from relayd.channels import Channel
from relayd.channels.http import Limits
from relayd.channels.modem_sms import Config as ModemConfig
from relayd.channels.modem_sms import ModemSms
from relayd.channels.ntfy import Config as NtfyConfig
from relayd.channels.ntfy import Ntfy
from relayd.channels.pushover import Config as PushoverConfig
from relayd.channels.pushover import Pushover
from relayd.channels.twilio_api import Config as TwilioConfig
from relayd.channels.twilio_sms import TwilioSms
from relayd.channels.twilio_voice import TwilioVoice
from relayd.channels.webhook import Config as WebhookConfig
from relayd.channels.webhook import Webhook
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.secret import Secret

Verdict = tuple[Dissemination, Failure | None]
SENT: Verdict = (Dissemination.SENT, None)

NTFY_TOKEN = "tk_" + "k3f9x" * 5 + "abcd"
WEBHOOK_SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBzaXJlbiwgMzIgYnl0ZXMh"
TWILIO_TOKEN = "f00dfeedf00dfeedf00dfeedf00dfeed"
PUSHOVER_TOKEN = "a" + "k3f9x" * 5 + "abcd"
PUSHOVER_USER = "u" + "p0q2m" * 5 + "efgh"
WRONG = "wrong-and-still-a-secret"


@dataclass(frozen=True)
class Adapter:
    """One kind. *open* takes the double's address, a secret and limits, and gives a channel.

    *differs* maps a case of the contract to what this kind makes of it, or to None where the case
    cannot happen to it. *secret* is what the double expects, *example* a
    configuration without faults. *over_paths* is whether it sends over the
    session it is lent, to a gateway that knows us by a secret.
    """

    double: Callable[[], Double]
    open: Callable[[str, str, Limits], Channel]
    to: str
    secret: str
    example: object
    differs: Mapping[str, Verdict | None] = field(default_factory=dict)
    over_paths: bool = True


def _ntfy(url: str, secret: str, limits: Limits) -> Channel:
    config = NtfyConfig(server=url, token=Secret(secret))
    return Ntfy("push", config, ("relayd-ana-k3f9x",), limits)


def _webhook(url: str, secret: str, limits: Limits) -> Channel:
    return Webhook("siren", WebhookConfig(url=f"{url}/alert", secret=Secret(secret)), limits)


def _twilio_sms(url: str, secret: str, limits: Limits) -> Channel:
    config = TwilioConfig("AC" + "0" * 32, Secret(secret), "+447700900000", url)
    return TwilioSms("text", config, limits)


def _twilio_voice(url: str, secret: str, limits: Limits) -> Channel:
    config = TwilioConfig("AC" + "0" * 32, Secret(secret), "+447700900000", url)
    return TwilioVoice("call", config, limits)


def _pushover(url: str, secret: str, limits: Limits) -> Channel:
    return Pushover("emergency", PushoverConfig(Secret(secret), url), limits)


def _modem_sms(url: str, secret: str, limits: Limits) -> Channel:
    port = url.rpartition(":")[2]
    bus = f"tcp:host=127.0.0.1,port={port}" if url.startswith("http:") else url
    return ModemSms("sim", ModemConfig(secret), limits.within, bus)


NEVER_OVER_DBUS = (
    *("front door down", "redirect", "permanent redirect", "portal's own status", "captive portal"),
    *("portal that forbids", "empty answer", "endless answer", "no HTTP at all", "endless header"),
    *("bad gzip", "cut body", "flood"),
)

ADAPTERS: Mapping[str, Adapter] = {
    "ntfy": Adapter(
        double=lambda: NtfyDouble(token=NTFY_TOKEN),
        open=_ntfy,
        to="relayd-ana-k3f9x",
        secret=NTFY_TOKEN,
        example=NtfyConfig(token=Secret(NTFY_TOKEN)),
    ),
    "webhook": Adapter(
        double=lambda: WebhookDouble(secret=WEBHOOK_SECRET),
        open=_webhook,
        to="",
        secret=WEBHOOK_SECRET,
        example=WebhookConfig("http://192.168.1.20/alert", Secret(WEBHOOK_SECRET), "echo"),
        differs={
            # Any 2xx is SENT by contract: a sounder need not say anything of its own.
            **dict.fromkeys(("malformed", "captive portal", "empty answer"), SENT),
            **dict.fromkeys(("endless answer", "flood", "bad gzip", "cut body"), SENT),
            # A receiver of one's own may well refuse with a page.
            "portal that forbids": (Dissemination.UNDELIVERABLE, Failure.CREDENTIALS),
        },
    ),
    "twilio-sms": Adapter(
        double=lambda: TwilioDouble(auth_token=TWILIO_TOKEN),
        open=_twilio_sms,
        to="+447700900123",
        secret=TWILIO_TOKEN,
        example=TwilioConfig("AC" + "0" * 32, Secret(TWILIO_TOKEN), "+447700900000"),
    ),
    "twilio-voice": Adapter(
        double=lambda: VoiceDouble(auth_token=TWILIO_TOKEN),
        open=_twilio_voice,
        to="+447700900123",
        secret=TWILIO_TOKEN,
        example=TwilioConfig("AC" + "0" * 32, Secret(TWILIO_TOKEN), "+447700900000"),
    ),
    "pushover": Adapter(
        double=lambda: PushoverDouble(token=PUSHOVER_TOKEN, users=(PUSHOVER_USER,)),
        open=_pushover,
        to=PUSHOVER_USER,
        secret=PUSHOVER_TOKEN,
        example=PushoverConfig(Secret(PUSHOVER_TOKEN)),
    ),
    "modem-sms": Adapter(
        double=ManagerDouble,
        open=_modem_sms,
        to="+447700900123",
        secret=IMEI,
        example=ModemConfig(IMEI),
        differs=dict.fromkeys(NEVER_OVER_DBUS),
        over_paths=False,
    ),
}

"""Answers to a TEST beside a real alert: neither is taken for the other."""

import asyncio
from datetime import timedelta
from pathlib import Path

from test_drill import WITHIN_S, Daemon, until_sent

from relayd.channels import Message, Reply
from relayd.domain.delivery import Dissemination, Failure
from relayd.domain.event import AttemptReported, Event, ReadingsReceived, Started
from relayd.domain.reading import GlucoseReading
from relayd.drill.drill import Drill
from relayd.listening_replies import Replies


class Relay(Daemon):
    """A daemon whose engine can be told things."""

    def take(self, event: Event) -> None:
        """Hand over *event*; what is sent for it was taken by its gateway."""
        turn = self.engine.handle(event, self.clock.now())
        for send in turn.sends:
            self.take(AttemptReported(send.attempt.id, Dissemination.SENT))

    def says(self, number: str, key: str, text: str) -> None:
        """Let a text come in from *number* now."""
        at = self.clock.now() + self.engine.offset
        Replies(self).hear("text", Reply(key, text, at, sender=number))


async def pushed_and_texted(relay: Relay) -> tuple[Drill, Message, Message]:
    """A drill that told Ana by push, heard that this failed, and went on to her text."""
    relay.paths.open()
    relay.take(Started())
    drill = relay.drills.drill((), timedelta(seconds=WITHIN_S), None)
    push = await until_sent(relay, "push")
    drill.take(AttemptReported(push.key, Dissemination.UNDELIVERABLE, Failure.PATH_DOWN))
    async with asyncio.timeout(WITHIN_S):
        while not any(m.carer == "ana" for m in relay.heard["text"].messages):  # noqa: ASYNC110
            await asyncio.sleep(0.004)
    return drill, push, next(m for m in relay.heard["text"].messages if m.carer == "ana")


async def test_the_second_answer_to_a_test_is_not_one_to_the_alert_that_lifted_it(
    tmp_path: Path,
) -> None:
    """Ana pressed the TEST's button; her "1" to its text comes when Mia is truly low."""
    relay = Relay(tmp_path)
    drill, push, text = await pushed_and_texted(relay)
    answer = relay.answers.by_token(push.token, "push", accepted=True)
    assert answer is not None
    assert relay.drills.take(answer)
    relay.take(ReadingsReceived((GlucoseReading("mia", 45.0, None),)))
    relay.drills.lift("mia-1")
    assert relay.drills.lingering, "so the real text asks for a name"
    relay.says(text.to, "one", "1")
    (low,) = relay.engine.open_alerts("mia")
    assert low.acknowledged_by is None
    relay.says(text.to, "two", "1 mia1")
    (low,) = relay.engine.open_alerts("mia")
    assert low.acknowledged_by == "ana"
    await relay.over()
    assert drill.lifted_by == "mia-1"


async def test_the_second_answer_proves_its_own_route(tmp_path: Path) -> None:
    """A drill that goes on hears both: the button, and the text."""
    relay = Relay(tmp_path)
    drill, push, text = await pushed_and_texted(relay)
    answer = relay.answers.by_token(push.token, "push", accepted=True)
    assert answer is not None
    assert relay.drills.take(answer)
    relay.says(text.to, "one", "1")
    proved = {a.channel: a.status for a in drill.progress.calls() if a.carer == "ana"}
    assert proved == {"push": Dissemination.ACCEPTED, "text": Dissemination.ACCEPTED}
    relay.drills.stop()
    assert not [a for a in drill.progress.unanswered() if a.carer == "ana"]
    await relay.over()

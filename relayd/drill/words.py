"""What a drill says to carers: TEST comes first, and nobody is frightened."""

from relayd.channels import Message
from relayd.domain.delivery import Attempt, Purpose
from relayd.domain.household import Household

TYPE = "test"


def marked(
    message: Message, attempt: Attempt, household: Household, holder: str | None, *, test: bool
) -> Message:
    """*message* as one that cannot be taken for an alarm; *holder* is who has the drill."""
    title = "TEST: nobody is ill"
    text = _text(attempt, household, holder, test=test)
    route = household.carers[attempt.carer].routes[attempt.route]
    if message.asks and route.kind.endswith("-sms"):
        text = f"{text} Reply 1 = I have it, 2 = I cannot"
    document = {**message.document, "text": text, "value": None, "trend": None}
    return Message(
        key=message.key,
        alert=message.alert,
        carer=message.carer,
        to=message.to,
        type=TYPE,
        title=title,
        text=text,
        priority=message.priority,
        at=message.at,
        valid_for=message.valid_for,
        asks=message.asks,
        token=message.token,
        answer_url=message.answer_url,
        tag="test_tube",
        code=message.code,
        document=document,
    )


def _text(attempt: Attempt, household: Household, holder: str | None, *, test: bool) -> str:
    if attempt.purpose is Purpose.HANDED_OVER:
        if holder == attempt.carer:
            return "TEST Thank you: you have it."
        known = household.carers.get(holder or "")
        return f"TEST {known.name if known is not None else 'Somebody'} has it. Nothing to do."
    if attempt.purpose.quiet:
        return "TEST The drill is over. Nothing to do."
    if test:
        return (
            f"TEST by relayd {household.name}: nobody is ill. Please answer: does this reach you?"
        )
    return (
        f"TEST A drill of relayd {household.name}: nobody is ill. Please answer as if it were real."
    )

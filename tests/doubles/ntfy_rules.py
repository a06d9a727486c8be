"""What an ntfy server takes: https://docs.ntfy.sh/publish/#publish-as-json and #limitations."""

import re
from typing import Any

TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
MOST_BYTES = 4096
PRIORITIES = range(1, 6)
MOST_ACTIONS = 3
FIELDS = frozenset({
    "topic", "message", "title", "tags", "priority", "actions", "click", "attach", "markdown",
    "icon", "filename", "delay", "email", "call", "sequence_id", "cache", "firebase",
})  # fmt: skip


def fault_of(document: dict[str, Any]) -> tuple[int, str] | None:
    """The code and words with which the server would refuse *document*; None if it would not."""
    if not TOPIC.fullmatch(str(document.get("topic"))):
        return 40009, "invalid request: topic invalid"
    if len(document.get("message", "").encode()) > MOST_BYTES:
        return 40014, "invalid request: attachments not allowed"
    if document.get("priority", 3) not in PRIORITIES:
        return 40007, "invalid priority parameter"
    if not TOPIC.fullmatch(document.get("sequence_id", "x")):
        return 40049, "invalid request: sequence ID invalid"
    actions = document.get("actions", [])
    if len(actions) > MOST_ACTIONS or not all(_action_fits(action) for action in actions):
        return 40018, "invalid request: actions invalid"
    return None


def _action_fits(action: dict[str, Any]) -> bool:
    kinds = {"view": ("label", "url"), "http": ("label", "url"), "broadcast": ("label",)}
    needed = kinds.get(action.get("action", ""))
    known = {"action", "label", "url", "method", "headers", "body", "clear", "intent", "extras"}
    return needed is not None and all(action.get(key) for key in needed) and set(action) <= known

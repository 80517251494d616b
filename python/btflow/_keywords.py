"""The flags of the binary as this module's keywords: which there are, and how messages call them.

The binary's messages advise in its own words, ``--kind prices``; who calls it from here has ``kind="prices"``.
"""

from __future__ import annotations

import difflib
import inspect
import re
from typing import Any, Callable, Collection, Mapping, Tuple

from ._errors import UsageError
from ._options import FLAGS

_QUOTED = r'"(?:[^"\\]|\\.)*"'
#: A command line that is advised stays one.
_COMMAND = r'\b(?:btflow|mlflow) [^"();,:]*'
_FLAG = r"(?<![\w/-])--[a-z]+(?:-[a-z]+)*"
_PLACEHOLDERS = {word for _, takes in FLAGS.values() for word in takes.split("|") if word.isupper()}
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")


def check(function: Callable[..., Any], declared: type, options: Mapping[str, Any]) -> None:
    """Refuses keywords that a function has not.

    Raises:
        UsageError: names the first, and the nearest that there is.
    """
    unknown = next((name for name in options if name not in declared.__annotations__), None)
    if unknown is None:
        return
    own = [name for name in inspect.signature(function).parameters if name != "options"]
    near = difflib.get_close_matches(unknown, [*declared.__annotations__, *own], 1)
    did = f"; did you mean {near[0]}=?" if near else ""
    raise UsageError(f"Cannot use {unknown}=: btflow.{function.__name__} has no such keyword{did}")


def in_keywords(message: str, kept: Collection[str] = ()) -> str:
    """A message with keywords in place of flags. What is quoted, commands, and ``kept`` stay as they are.

    >>> in_keywords('read as prices; --kind returns or equity, --percent, --timezone ZONE, --periods 365')
    'read as prices; kind="returns" or "equity", percent=True, timezone=, periods=365'
    """
    if "--" not in message:
        return message
    stays = "|".join([*(re.escape(word) for word in kept if word and word in message), _QUOTED, _COMMAND])
    pattern = re.compile(f"(?:{stays})|({_FLAG})")
    parts = []
    at = 0
    for found in pattern.finditer(message):
        if found[1] is None or found[1] not in FLAGS or found.start() < at:
            continue
        keyword, takes = FLAGS[found[1]]
        value, end = _value(message, found.end(), takes)
        parts += [message[at : found.start()], f"{keyword}={value}"]
        at = end
    return "".join([*parts, message[at:]])


def _value(message: str, at: int, takes: str) -> Tuple[str, int]:
    """What a flag that ends ``at`` a place is given, in Python, and where that ends.

    What follows a flag may be its value, what stands for one (``FILE``), or the rest of the sentence.
    """
    if takes == "":
        return "True", at
    found = re.compile(rf" ({_QUOTED}|[^\s\"]*[^\s\",;:.)?])").match(message, at)
    if found is None:
        return "", at
    word, end = found[1], found.end()
    choices = [choice for choice in takes.split("|") if choice.islower()]
    if word in choices:
        one = "|".join(map(re.escape, choices))
        others = re.compile(rf"(?:(?:,| or| and) (?:{one})(?![\w-]))*").match(message, end)
        assert others is not None
        return f'"{word}"' + re.sub(rf" ({one})(?![\w-])", r' "\1"', others[0]), others.end()
    if word in _PLACEHOLDERS:
        return "", end
    if word.startswith('"') or _NUMBER.fullmatch(word):
        return word, end
    # A version, a date, a zone, a path; other words are the sentence's.
    return (f'"{word}"', end) if word.isupper() or re.search(r"[\d./%]", word) else ("", at)

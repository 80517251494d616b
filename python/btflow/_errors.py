"""What the binary says went wrong, as exceptions: one class for each of its exit codes.

An exception carries the binary's own message. The attributes are set after it is made, so that it
crosses from a worker process (pickle) with all it knows.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Type


class BtflowError(Exception):
    """Anything that btflow could not do; ``str(error)`` is the binary's own message."""

    #: The exit code the binary ended with.
    exit_code: int = 1
    #: What was answered all the same: the Run that is kept, the Stats that do not meet a condition.
    answer: Any = None
    #: The file that cannot be read, where it is one.
    path: Optional[str] = None
    #: The line in it.
    line: Optional[int] = None


class UsageError(BtflowError, ValueError):
    """An argument, setting or filter that cannot be accepted."""

    exit_code = 2


class InputError(BtflowError, ValueError):
    """Data that cannot be read, or may mean two things; the message names the argument that settles it."""

    exit_code = 3


class NotFoundError(BtflowError, LookupError):
    """An experiment, run or metric that does not exist."""

    exit_code = 4


class ServerError(BtflowError):
    """The server cannot be reached, or refuses the request or parts of a run."""

    exit_code = 5


class DeliveryError(BtflowError):
    """The run is kept in the store and could not be delivered: ``answer`` is the run, ``btflow sync`` sends it."""

    exit_code = 6


class CredentialsError(BtflowError):
    """The server refused the credentials. A run that was being logged is kept: it is the ``answer``."""

    exit_code = 7


class StoreError(BtflowError):
    """The local store or an output file cannot be used."""

    exit_code = 8


class SeveralErrors(BtflowError):
    """Several runs of a batch failed, for different reasons: see ``answer.failures``."""

    exit_code = 9


class RequirementError(BtflowError):
    """All was done, and the metrics do not meet ``require``: ``answer`` has them."""

    exit_code = 10


class BinaryError(BtflowError):
    """The btflow binary was not found, cannot be run, or ended in a way that no code of its own explains."""


class BtflowWarning(UserWarning):
    """Something that does not stop the work."""

    #: The binary's stable name for it.
    code: str = ""
    #: All of it, where the message names a few of many.
    details: str = ""


BY_EXIT: Dict[int, Type[BtflowError]] = {
    error.exit_code: error
    for error in (
        UsageError,
        InputError,
        NotFoundError,
        ServerError,
        DeliveryError,
        CredentialsError,
        StoreError,
        SeveralErrors,
        RequirementError,
    )
}


def by_exit(exit_code: int, message: str) -> BtflowError:
    """The exception of an exit code."""
    error = BY_EXIT.get(exit_code, BinaryError)(message)
    error.exit_code = exit_code
    return error

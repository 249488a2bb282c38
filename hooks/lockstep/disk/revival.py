"""The engine's own values as bytes, to be kept between builds and checks."""

import io
import pickle
from enum import Enum
from typing import Any


def stored(value: object) -> bytes:
    """Return a value as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def revived(data: bytes) -> Any:  # noqa: ANN401 whatever was stored
    """Return a value that was stored; raises ``UnpicklingError`` for any but the engine's own."""
    return _Unpickler(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    """Revives the engine's own values, and no others."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 pickle's own
        if (module, name) == ("builtins", "getattr"):
            return _member  # as Python up to 3.11.3 writes the members of an Enum
        if not module.startswith("lockstep."):
            message = f"{module}.{name} is none of the engine's"
            raise pickle.UnpicklingError(message)
        return super().find_class(module, name)


def _member(kind: Any, name: str) -> Enum:  # noqa: ANN401 whatever was written
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        message = f"{name} of {kind} is no member of the engine's"
        raise pickle.UnpicklingError(message)
    member: Enum = kind[name]
    return member

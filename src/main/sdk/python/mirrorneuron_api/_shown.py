"""How types of the contract are shown: by what they have."""

from typing import Any

import attrs

from .types import UNSET


class Shown:
    __slots__ = ()

    def __repr__(self) -> str:
        fields: Any = attrs.fields(type(self))  # type: ignore[arg-type]
        members = ((field.name, getattr(self, field.name)) for field in fields)
        told = [
            f"{name}={value!r}"
            for name, value in members
            if value is not UNSET and (value or name != "additional_properties")
        ]
        return f"{type(self).__name__}({', '.join(told)})"

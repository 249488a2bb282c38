"""What values have worked out of themselves, and need not keep: that of a whole site is much."""


def forget(value: object, *kept: str) -> None:
    """Drop what the cached properties of a dataclass keep, but for those of some names."""
    fields: dict[str, object] = getattr(value, "__dataclass_fields__", {})
    for name in vars(value).keys() - fields.keys() - {*kept}:
        del vars(value)[name]

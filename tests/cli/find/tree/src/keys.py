def build_key(*parts: str) -> str:
    """Joins parts."""
    return "/".join(parts)


BUILD_KEYS = 2

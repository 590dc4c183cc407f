def decode_frame(data: bytes) -> bytes:
    """Decodes a wire frame."""
    return data[1:]

def decode_frame(data: bytes) -> bytes:
    """Decodes a wire frame, with its checksum."""
    return data[1:-4]

# An older version stands beside the newer one, unless it is asked for.
cq find "decode a wire frame" --limit 3
cq find "decode a wire frame v1" --limit 3

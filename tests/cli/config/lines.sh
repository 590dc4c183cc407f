# Places in the file.
cq config show --format lines

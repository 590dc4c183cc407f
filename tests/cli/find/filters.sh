cq find "ring step" --in src --lang c --format lines; echo --; cq find keys --in docs --format lines

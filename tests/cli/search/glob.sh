cq search build_key -g "*.py" -g "!tests" --files; cq search build_key --in src --in docs --files; cq search build_key src/keys.py --files

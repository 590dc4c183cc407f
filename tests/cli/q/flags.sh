cq q --entity function --name 'build_*' --in src --calls open --limit 20

export CQ_RUNTIME_IO_WORKERS=9
cq config show profiles.search
cq config show profiles.search.cpu_workers --format lines

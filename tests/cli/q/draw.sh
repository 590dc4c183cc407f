# A picture: what is listed; with expand= who calls whom, what is not proven dashed.
cq q 'entity=function name=build_app expand=callers(depth=2),callees' --format mermaid
cq q 'entity=class in=src' --format dot
cq q 'entity=class name=Nothing' --format dot

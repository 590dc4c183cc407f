# Both kinds of drawing, of the plan alone.
cq run plan.json --dry-run --graph dot
cq run plan.json --dry-run --graph mermaid

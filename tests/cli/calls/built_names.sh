# Names that are put together: "prefix_" + x, f-strings, %s; only where names are looked up.
cat >visit.py <<'X'
class Visitor:
    def visit(self, node):
        method = "visit_" + type(node).__name__
        return getattr(self, method)(node)

    def handle(self, event):
        return getattr(self, f"handle_{event}_event")(event)

    def text(self, node):
        return "visit_" + node.name

    def view(self, name):
        return getattr(self, "%s_view" % name)

    def visit_Name(self, node):
        return node

    def handle_key_event(self, event):
        return event

    def list_view(self):
        return []

    def revisit_all(self):
        return []
X
for target in visit_Name handle_key_event list_view revisit_all; do cq calls "$target"; done

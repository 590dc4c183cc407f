cq outline bin/tool

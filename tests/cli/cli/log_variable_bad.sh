CQ_LOG=loud cq outline src/a.py

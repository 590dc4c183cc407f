rm .cq.yaml && mkdir .cq.yaml && cq search needle

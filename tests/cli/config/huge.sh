rm .cq.yaml && head -c 1048577 /dev/zero | tr '\0' '#' >.cq.yaml && cq search needle

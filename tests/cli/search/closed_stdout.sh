for i in $(seq 3000); do echo "needle $i needle needle needle needle needle needle needle needle"; done > many.txt
cq search needle --format lines | head -1
cq search needle --format json | head -c 1 | wc -c

head -c 17000000 /dev/zero | tr "\0" "\n" >big.c; cq outline big.c

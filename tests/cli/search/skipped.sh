printf 'needle\0needle\n' > binary.bin
printf 'caf\351 needle\n' > latin1.txt
{ head -c 1200000 /dev/zero | tr '\0' x; echo needle; } > large.txt
printf 'needle\n' > plain.txt
ln -s plain.txt link.txt
mkfifo pipe.txt
cq search needle --skipped
cq search needle --max-filesize 2M --files

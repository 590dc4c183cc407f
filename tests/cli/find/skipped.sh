printf 'needle\0' >binary.bin
{ head -c 1200000 /dev/zero | tr '\0' x; echo needle; } >large.txt
printf 'caf\351 needle\n' >latin1.txt
echo 'the needle is here' >plain.txt
cq find needle

# CRLF, BOM, no newline at the end, a very long line
printf 'needle one\r\nx needle\r\n' > crlf.txt
printf '\357\273\277needle bom\n' > bom.txt
printf 'last needle' > last.txt
{ head -c 300000 /dev/zero | tr '\0' 'a '; printf ' needle '; head -c 300000 /dev/zero | tr '\0' b; } > long.txt
cq search needle --format lines | cut -c1-60
cq search 'needle$' --format lines | cut -c1-60

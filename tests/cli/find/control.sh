# A terminal obeys nothing that stands in a file or in its name.
printf 'int schedule_esc; /* \033[31mred\007 */\n' >"$(printf 'a\033[2Jb.c')"
cq find schedule_esc --limit 1 | cat -v
cq search schedule_esc | cat -v

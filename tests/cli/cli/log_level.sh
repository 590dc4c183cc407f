cq outline src/a.py --log-level info 2>log; sed "s/\"ts\":\"[^\"]*\"/\"ts\":\"\"/; s/\"elapsed_us\":[0-9]*/\"elapsed_us\":0/" log

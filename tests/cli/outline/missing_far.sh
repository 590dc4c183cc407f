cq outline zzz

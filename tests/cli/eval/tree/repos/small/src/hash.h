int hash_key(int key);

// The hash of a key.
int hash_key(int key)
{
    return key * 31;
}

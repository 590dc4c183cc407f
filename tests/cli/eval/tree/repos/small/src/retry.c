/* Retries are scheduled with a growing delay. */
void schedule_retry(int n)
{
    wait_for(hash_key(n) + n);
}

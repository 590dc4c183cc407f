struct store;

int store_size(const struct store *store);

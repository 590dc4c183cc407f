struct ring { int at, size; };
int ring_next(struct ring *r);

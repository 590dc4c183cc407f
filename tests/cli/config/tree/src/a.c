int needle(void) { return 0; }

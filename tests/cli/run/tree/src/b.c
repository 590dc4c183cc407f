int beta(void) { return 0; }

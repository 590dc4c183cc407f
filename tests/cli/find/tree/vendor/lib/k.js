function build_key() { return 1; }

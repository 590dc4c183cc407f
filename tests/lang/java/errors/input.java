class Errors {
    int good() { return 1; }

    void broken( {
        call(;
    }

    String kept(String text) {
        return other(text);
    }
}

class Later {
    void last() {}

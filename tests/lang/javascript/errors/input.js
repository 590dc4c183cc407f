function good(a) {
  return helper(a);
}

function broken( {
  return 1;
}

const = 5;

class After {
  method() { return other(1 +); }
}

export interface Good {
  name: string;
}

function broken(a: string {
  return a;
}

class After {
  value: number = ;
  method(): void { call(this.value); }
}

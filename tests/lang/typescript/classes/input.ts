@Component({ selector: "app" })
export class App<T extends Base> extends Core<T> implements Ready, Done {
  @Input() private readonly label: string = "x";
  static #count = 0;
  declare items?: Map<string, T>;
  handler = (event: Event): void => this.run(event);

  constructor(
    private readonly http: Http,
    @Inject(TOKEN) public name?: string,
    plain = 1,
  ) {
    super();
  }

  get size(): number {
    return this.items!.size;
  }

  /** Two ways to call it. */
  run(event: Event): void;
  run(name: string, times: number): void;
  run(first: any, times = 1) {}

  @Listen("x") private async stop(): Promise<void> {}
}

export abstract class Shape {
  protected abstract area(): number;
  abstract label: string;
}

export default class extends Shape {}

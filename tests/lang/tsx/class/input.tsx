export default class Page extends React.Component<Props, State> {
  static defaultProps: Partial<Props> = { title: "x" };
  state: State = { count: 0 };

  private renderHead = (): JSX.Element => <Head.Title text={this.props.title} />;

  render() {
    return <>{this.renderHead()} <Footer {...this.props} year={2024} /></>;
  }
}

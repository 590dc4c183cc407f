import { Panel } from "./panel";

/** Shows one user. */
export function User({ name, onSave, ...rest }) {
  return (
    <Panel title={format(name)} open {...rest}>
      <h1 className="big">Hello, {name}!</h1>
      <Panel.Row on:click="a">{() => save(name)}</Panel.Row>
      <>
        <Avatar />
      </>
    </Panel>
  );
}

export default () => <User name="x" onSave={() => {}} />;

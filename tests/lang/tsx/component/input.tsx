import React, { type FC } from "react";

interface Props<T> {
  items: T[];
  render(item: T): React.ReactNode;
}

/** A list of anything. */
export function List<T extends object>({ items, render }: Props<T>) {
  const [open, setOpen] = React.useState<boolean>(false);
  const toggle = () => setOpen(!open);
  return (
    <ul onClick={toggle}>
      {items.map((item) => (
        <Row<T> key={id(item)} item={item}>{render(item)}</Row>
      ))}
    </ul>
  );
}

export const Empty: FC = () => <p>Nothing here</p>;

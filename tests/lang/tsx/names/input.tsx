import React, { useState } from "react";
import { Button, Icons } from "./ui";
type Props = { item: Item; onPick: (i: Item) => void };
export const Row: React.FC<Props> = ({ item, onPick }: Props) => {
  const [open, setOpen] = useState<boolean>(false);
  return (
    <div onClick={() => onPick(item)}>
      <Button label={item.name()} {...item.rest} />
      <Icons.Arrow>{open && <Row item={item} onPick={onPick} />}</Icons.Arrow>
      {items.map((one) => <Button key={one.id()} />)}
    </div>
  );
};
export default function Page() { setTimeout(Row, 1); return <Row />; }

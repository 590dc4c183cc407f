import React, { useState } from 'react';

type Props = { title: string; items: string[]; onPick?: (item: string) => void };

export const List: React.FC<Props> = ({ title, items, onPick }) => {
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState<string | null>(null);
  if (!items.length) return <p>nothing</p>;
  return (
    <div className="list" onClick={() => setOpen(!open)}>
      <h1>{title}</h1>
      {open && items.map(item => (
        <Row key={item} label={item} onClick={() => { setPicked(item); onPick?.(item); }} />
      ))}
      <Row label={picked ?? 'none'} />
      <></>
    </div>
  );
};

function Row(props: { label: string; onClick?: () => void }) {
  return <li onClick={props.onClick}>{props.label}</li>;
}

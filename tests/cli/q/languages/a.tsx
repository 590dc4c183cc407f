import React from "react";
interface Props { name: string; }
export function View(props: Props) { return <b>{make(props.name)}</b>; }
class Panel { render() { return make("x"); } }

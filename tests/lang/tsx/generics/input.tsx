const identity = <T,>(value: T): T => value;
export const withTheme = <P extends object>(Inner: React.ComponentType<P>) => {
  return function Themed(props: P) {
    return <Inner {...(props as P)} theme={useTheme()} />;
  };
};
type Slots = { header?: JSX.Element; footer(): JSX.Element };
enum Mode { Light = "light", Dark = "dark" }
const element = <Slot name={`slot-${next(1)}`} a-b="c" />;

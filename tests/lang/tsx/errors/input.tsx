export const Good = () => <Title text="fine" />;

export const Broken = () => (
  <div>
    <Open a=>{inside(1)}</Open>
  </div>
);

function after(x: number): void {
  call(x);
}

import type { ComponentChildren } from "preact";

/** A name and what is known under it; stands in a `<dl>`. */
export const Fact = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

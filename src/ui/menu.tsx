import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface MenuProps {
  /** What is chosen or done in it. */
  readonly name: string;
  /** What is chosen now; then the name stands above the button. */
  readonly value?: string;
  /** Where it has room: below its button, to the right by default. */
  readonly side?: "left" | "right";
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a small sheet of controls. Escape, a press elsewhere and leaving it by Tab close it. */
export function Menu({ name, value, side = "right", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setOpen(false);
    };
    addEventListener("pointerdown", away);
    addEventListener("focusin", away);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("focusin", away);
    };
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it from wherever the focus is within
    <div
      class="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      {value !== undefined && (
        <span class="caption" id={`${id}-name`}>
          {name}
        </span>
      )}
      <button
        type="button"
        class="opens"
        ref={button}
        aria-expanded={open}
        aria-controls={id}
        {...(value === undefined ? {} : { "aria-labelledby": `${id}-name ${id}-value` })}
        onClick={() => setOpen(!open)}
      >
        <span id={`${id}-value`}>{value ?? name}</span>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <path d="M2 3.500 5 6.500 8 3.500" />
        </svg>
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be named without a legend that is drawn */}
      <div id={id} role="group" aria-label={name} class={`sheet-of ${side}`} hidden={!open}>
        {open && children(close)}
      </div>
    </div>
  );
}

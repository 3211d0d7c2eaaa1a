/** Sentences under a title; nothing where there are none. */
export const Sentences = ({ title, list }: { readonly title: string; readonly list: readonly string[] }) =>
  list.length === 0 ? null : (
    <section>
      <h3>{title}</h3>
      <ul>
        {list.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </section>
  );

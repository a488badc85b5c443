/** No text for people stands in the code: it is in `locales/`. */
import { parse, type AST } from 'svelte/compiler';
import { expect, test } from 'vitest';

const files = import.meta.glob<string>('../../**/*.svelte', {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** Attributes that are read out or shown. */
const SHOWN = ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'label'];
/** What is the same in every language. */
const SAME = /^(Tollwatch|English|简体中文|402|[A-Z]{3}|https?:\S*)$/;

const says = (text: string): boolean => /\p{L}{2,}/u.test(text) && !SAME.test(text.trim());

function texts(file: string): string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const one = node as AST.SvelteNode & Record<string, unknown>;
    if (one.type === 'Text' && says(one.data)) found.push(one.data.trim());
    // Words in an expression, such as a choice of two texts.
    if (
      one.type === 'Literal' &&
      typeof one.value === 'string' &&
      /\s/.test(one.value) &&
      says(one.value)
    )
      found.push(one.value);
    if (one.type === 'Attribute') {
      if (SHOWN.includes(one.name)) Object.values(one).forEach(walk);
      return;
    }
    if (one.type === 'StyleSheet' || one.type === 'Script') return;
    Object.values(one).forEach(walk);
  };
  walk(parse(files[file] ?? '', { modern: true }).fragment);
  return found;
}

test.each(Object.keys(files))('%s has no text of its own', (file) => {
  expect(texts(file)).toEqual([]);
});

const ELEMENTS = new Set([
  'svg',
  'g',
  'path',
  'line',
  'polyline',
  'polygon',
  'rect',
  'circle',
  'text',
  'tspan',
  'title',
  'desc',
]);

/**
 * The chart's SVG as an element. It comes from our own backend; still only shapes and words are let in:
 * no script, no style, no handlers, no links.
 */
export function parseSvg(text: string): SVGSVGElement {
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  if (root.nodeName !== 'svg') throw new Error('The chart is no SVG.');
  for (const element of [root, ...root.querySelectorAll('*')]) {
    if (!ELEMENTS.has(element.localName))
      throw new Error(`The chart holds <${element.localName}>, which is refused.`);
    for (const { name } of [...element.attributes]) {
      if (/^on/i.test(name) || /(^|:)(href|style)$/i.test(name)) {
        throw new Error(`The chart holds the attribute ${name}, which is refused.`);
      }
    }
  }
  return document.importNode(root, true) as unknown as SVGSVGElement;
}

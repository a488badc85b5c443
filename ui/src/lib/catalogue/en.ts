/** The window's texts in English; one chunk of the bundle. */
export default import.meta.glob<string>('../../../../locales/en/window/*.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

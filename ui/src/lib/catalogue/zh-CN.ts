/** The window's texts in Chinese; one chunk of the bundle. */
export default import.meta.glob<string>('../../../../locales/zh-CN/window/*.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Whether a key asks for the search: Ctrl-K, or Cmd-K, and no other key held. */
export const asksForSearch = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) &&
  !event.shiftKey &&
  !event.altKey &&
  event.key.toLowerCase() === 'k';

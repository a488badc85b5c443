/** Cuts a text/event-stream into the data of its events; keeps what is not complete yet. */
export class EventStream {
  #rest = '';
  #data: string[] = [];
  #skipLineFeed = false;

  /** Takes the next piece of text, gives the data of each event that it completes. */
  push(text: string): string[] {
    const events: string[] = [];
    // A line may end with \r\n, and the two may come in different pieces.
    if (this.#skipLineFeed && text.startsWith('\n')) text = text.slice(1);
    this.#skipLineFeed = text === '' ? this.#skipLineFeed : text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) events.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line === 'data') {
        this.#data.push('');
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
      }
      // Comments (keep-alive), `event:`, `id:` and `retry:` carry nothing for us.
    }
    return events;
  }
}

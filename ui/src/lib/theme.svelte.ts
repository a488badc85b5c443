export type Theme = 'system' | 'light' | 'dark';
const KEY = 'tollwatch.theme';

function saved(): Theme {
  const found = localStorage.getItem(KEY);
  return found === 'light' || found === 'dark' ? found : 'system';
}

let chosen = $state<Theme>(saved());

/** The theme that was chosen; whoever shows it sees it change. */
export const theme = (): Theme => chosen;

/** Chooses a theme, now and for the next time. */
export function setTheme(next: Theme): void {
  chosen = next;
  if (next === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEY, next);
    document.documentElement.dataset.theme = next;
  }
}

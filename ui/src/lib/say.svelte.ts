/**
 * What the window says, from the catalogues in `locales/<language>/window/*.ftl` (Fluent, projectfluent.org). English
 * is always there; another language comes as a chunk of its own when it is spoken.
 */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import type { Language } from './bindings/Language';
import english from './catalogue/en';

/** What Intl writes numbers and dates by: in English the day before the month, and 24 hours, as the backend does. */
const LOCALE: Record<Language, string> = { en: 'en-GB', 'zh-CN': 'zh-CN' };

const KEY = 'tollwatch.language';

function bundle(language: Language, files: Record<string, string>): FluentBundle {
  const made = new FluentBundle(LOCALE[language], { useIsolating: false });
  for (const file of Object.values(files)) made.addResource(new FluentResource(file));
  return made;
}

const ENGLISH = bundle('en', english);
let spoken = $state.raw<{ language: Language; bundle: FluentBundle }>({
  language: 'en',
  bundle: ENGLISH,
});

/** The language that the window speaks. */
export const language = (): Language => spoken.language;

/** What Intl writes numbers and dates by. */
export const locale = (): string => LOCALE[spoken.language];

/** The language of the last time: the backend says it with its first answer, and the window need not wait for that. */
export function lastLanguage(): Language {
  const last = localStorage.getItem(KEY) ?? navigator.language;
  return /^zh(?!.*(hant|-tw|-hk|-mo))/i.test(last) ? 'zh-CN' : 'en';
}

/** Speaks a language; its catalogue is fetched when it is needed first. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  if (language === spoken.language) return;
  const made =
    language === 'en' ? ENGLISH : bundle(language, (await import('./catalogue/zh-CN')).default);
  spoken = { language, bundle: made };
  document.documentElement.lang = language;
}

/**
 * The message `id` in the spoken language, else in English, else the id itself. `id.part` is an attribute. Counts are
 * given as numbers, whose plural the catalogue chooses; amounts and times as the texts that `format` makes of them.
 */
export function say(id: string, args?: Record<string, FluentVariable>): string {
  const [name = id, part] = id.split('.');
  for (const one of [spoken.bundle, ENGLISH]) {
    const message = one.getMessage(name);
    const pattern = part ? message?.attributes[part] : message?.value;
    if (pattern) return one.formatPattern(pattern, args ?? null, []);
  }
  return id;
}

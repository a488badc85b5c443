import { mount } from 'svelte';
import AppView from './App.svelte';
import { pickBackend } from './lib/backend';
import { lastLanguage, speak } from './lib/say.svelte';
import { setTheme, theme } from './lib/theme.svelte';
import './style.css';

setTheme(theme());
const target = document.getElementById('app');
// In the language of the last time, so that no text changes under the reader's eyes.
void speak(lastLanguage()).finally(() => {
  if (target) mount(AppView, { target, props: { backend: pickBackend() } });
});

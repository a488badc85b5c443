import { mount } from 'svelte';
import AppView from './App.svelte';
import { pickBackend } from './lib/backend';
import { savedTheme, setTheme } from './lib/theme';
import './style.css';

setTheme(savedTheme());
const target = document.getElementById('app');
if (target) mount(AppView, { target, props: { backend: pickBackend() } });

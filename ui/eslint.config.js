import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/lib/bindings'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // Only the transport may know that there is a desktop shell.
      'no-restricted-imports': ['error', { patterns: ['@tauri-apps/*'] }],
      // Pages are named by the fragment; there is no router to resolve paths with.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  { files: ['src/lib/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
);

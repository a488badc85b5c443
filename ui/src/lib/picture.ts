/** Charts taken along: saved as files, or copied. The drawing is the backend's. */
import type { Backend } from './backend/types';
import type { PictureFile } from './bindings/PictureFile';
import type { PictureFormat } from './bindings/PictureFormat';
import type { PictureOf } from './bindings/PictureOf';

/** Whether the window is dark at present. */
const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const base64Of = async (blob: Blob): Promise<string> => {
  let text = '';
  for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
};

/** Where the program's font lacks letters (Chinese, say): the same drawing in this window's fonts, two pixels for one. */
async function drawnHere(svg: string, dark: boolean): Promise<Blob> {
  const image = new Image();
  const themed = svg.replace('class="chart"', `class="chart ${dark ? 'dark' : 'light'}"`);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(themed)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((found, failed) =>
    canvas.toBlob((blob) => (blob ? found(blob) : failed(new Error('toBlob'))), 'image/png'),
  );
}

/** Hands a file to the browser, which puts it where it puts downloads. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Saves the chart; tells its name, and its place where the program itself put it. */
export async function save(
  backend: Backend,
  of: PictureOf,
  format: PictureFormat,
): Promise<{ name: string; place: string | null }> {
  const dark = isDark();
  const ask = (drawn: string | null): Promise<PictureFile> =>
    backend.call('picture', { of, format, dark, keep: true, drawn });
  const file = await ask(null);
  const { name, place } = file;
  if (place !== null) return { name, place };
  if (format === 'svg') {
    download(name, new Blob([file.svg ?? ''], { type: 'image/svg+xml' }));
  } else if (file.png !== null) {
    download(name, new Blob([bytesOf(file.png)], { type: 'image/png' }));
  } else {
    const blob = await drawnHere(file.svg ?? '', dark);
    if (file.keeps) return { name, place: (await ask(await base64Of(blob))).place };
    download(name, blob);
  }
  return { name, place: null };
}

/** Copies the chart as PNG, and as SVG text where pictures may not be copied; says which it was. */
export async function copy(backend: Backend, of: PictureOf): Promise<PictureFormat> {
  const dark = isDark();
  const ask = (format: PictureFormat) =>
    backend.call('picture', { of, format, dark, keep: false, drawn: null });
  const png = async () => {
    const file = await ask('png');
    if (file.png !== null) return new Blob([bytesOf(file.png)], { type: 'image/png' });
    return drawnHere(file.svg ?? '', dark);
  };
  try {
    // Handed over as a promise: the permission belongs to the press of the button.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png() })]);
    return 'png';
  } catch {
    await navigator.clipboard.writeText((await ask('svg')).svg ?? '');
    return 'svg';
  }
}

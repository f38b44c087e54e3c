/** A short recording as a GIF, made of pictures of the window in the browser that took them, so that no other program is needed. */
import { readFileSync, writeFileSync } from 'node:fs';
import gifenc, { type Palette } from 'gifenc';
import type { Page } from 'playwright-core';

const { GIFEncoder, quantize, applyPalette } = gifenc;

/** A picture, and how long it is shown, in milliseconds. */
export interface Frame {
  readonly file: string;
  readonly milliseconds: number;
}

/** Colours of a GIF; the last one stands for what the frame before shows. */
const COLOURS = 255;

/** Writes the frames, scaled to a width in pixels, to a file. */
export async function writeGif(page: Page, frames: readonly Frame[], width: number, file: string): Promise<void> {
  const pictures = [];
  for (const frame of frames) pictures.push({ ...frame, ...(await pixelsOf(page, frame.file, width)) });
  const all = new Uint8Array(pictures.reduce((sum, { rgba }) => sum + rgba.length, 0));
  let length = 0;
  for (const { rgba } of pictures) {
    all.set(rgba, length);
    length += rgba.length;
  }
  const palette = quantize(all, COLOURS);
  const encoder = GIFEncoder();
  let before: Uint8Array | undefined;
  for (const { rgba, height, milliseconds } of pictures) {
    const shown = applyPalette(rgba, palette);
    const changed = shown.map((colour, i) => (before?.[i] === colour ? COLOURS : colour));
    const first = before === undefined ? { palette: [...palette, ...filler(palette)] } : {};
    const options = { ...first, delay: milliseconds, transparent: true, transparentIndex: COLOURS, dispose: 1 };
    encoder.writeFrame(changed, width, height, options);
    before = shown;
  }
  encoder.finish();
  writeFileSync(file, encoder.bytes());
}

/** So many colours that the transparent one has a place. */
const filler = (palette: Palette): Palette => Array.from({ length: COLOURS + 1 - palette.length }, () => [0, 0, 0]);

async function pixelsOf(page: Page, file: string, width: number): Promise<{ rgba: Uint8Array; height: number }> {
  const address = `data:image/png;base64,${readFileSync(file).toString('base64')}`;
  const { base64, height } = await page.evaluate(drawn, { address, width });
  return { rgba: new Uint8Array(Buffer.from(base64, 'base64')), height };
}

/** Runs in the page. */
async function drawn({
  address,
  width,
}: {
  address: string;
  width: number;
}): Promise<{ base64: string; height: number }> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const height = Math.round((image.height * width) / image.width);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser draws no pictures.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  let text = '';
  for (let i = 0; i < data.length; i += 0x8000) text += String.fromCharCode(...data.subarray(i, i + 0x8000));
  return { base64: btoa(text), height };
}

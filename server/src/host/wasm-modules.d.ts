/** esbuild's `binary` loader makes a `.wasm` import its bytes. */
declare module '*.wasm' {
  const bytes: Uint8Array;
  // biome-ignore lint/style/noDefaultExport: the loader decides the form of the import.
  export default bytes;
}

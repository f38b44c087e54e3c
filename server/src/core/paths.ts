/** Paths as the engine has them: with forward slashes, on every machine. */

/** Empty for a path without a folder. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Either may be empty. */
export const join = (folder: string, name: string): string =>
  folder === '' || name === '' ? folder + name : `${folder}/${name}`;

/** The names of the streams, written by `npm run generate` from `server/data/streams.json`. */

/** A stream by its name in the table. */
export type Stream =
  | 'python'
  | 'numpy'
  | 'torch'
  | 'tensorflow'
  | 'cupy'
  | 'dgl'
  | 'dask'
  | 'polars'
  | 'numba'
  | 'monai';

/** Names that mean the same in every file that does not say otherwise. */

/** What a module is called wherever it is imported. */
const MODULES = new Map([
  ['np', 'numpy'],
  ['numpy', 'numpy'],
  ['random', 'random'],
  ['torch', 'torch'],
  ['nn', 'torch.nn'],
  ['F', 'torch.nn.functional'],
]);
/** Libraries whose `*` has something of their own under such a name. */
const OWN_NAMES = /^(numpy|pylab|matplotlib|scipy|cupy|jax|flax|mxnet|tensorflow|keras|paddle|sage)\b/;

/** The module that a name means which only one of these `*` can have brought; undefined where it may be anything. */
export const usualModule = (name: string, stars: readonly string[]): string | undefined =>
  stars.some((each) => OWN_NAMES.test(each)) ? undefined : MODULES.get(name);

export const BUILTINS = new Set(
  'abs all any bool bytes callable classmethod dict dir enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help id input int isinstance iter len list locals map max min next NotImplementedError object open print property quit range repr reversed round set setattr sorted staticmethod str sum super tuple type vars zip __import__'.split(
    ' ',
  ),
);

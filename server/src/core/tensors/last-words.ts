/**
 * What names of the user's may decide: a last word where no flow shows more, each kind with its reason. A name only ever
 * silences here.
 */

/**
 * Of a network whose callers nobody sees, a parameter that by its name is what the network is to find, or a picture as a
 * loader gives it: no gradient flows back into either.
 */
export const GIVEN =
  /^((gt|ground_?truths?|targets?|labels?|tgts?|y_true)(_\w+)?|tgt_(masks?|labels?|ids?|box(es)?|bbox(es)?)|(\w+_)?(masks?|images?|imgs?|frames?|pixel_values|clips?|videos?|waveforms?|audios?|lq|hr|lr_?imgs?))$/i;

/** By its name it says how many there are, and whole numbers add up exactly; what counts graphs often comes from files of data. */
export const COUNT = /^(num|nb|number)_(of_)?[a-z]\w*$|(^|_)(counts?|cnts?|bincount|lengths?|lens)(_(pad|padded))?$/i;

/** By its name it is where something begins or ends: a running sum of whole numbers. */
export const OFFSET = /(^|_)(offsets?|starts?|ends?|ptrs?|indptr|cu_?seq_?lens?)(_[a-z]{1,3})?$/i;

/** By its name each entry comes once: attributes of graphs and clouds are read from files, where nobody sees how they were made. */
export const PERMUTATION = /(^|_)perm(utation)?(_|$)/i;

/** A mapping of weights that a function gets: plain tensors, to be loaded. Their type is that of nothing computed. */
export const WEIGHTS = /(^|_)(state_?dicts?|checkpoint|ckpt|pre_?train(ed)?_(dict|weights|state|params))$/i;

/** A decorator or context of a library or of another file that is called as torch's own does what that does. */
export const NO_GRAD = /^(?!.*(maybe|conditional|optional)).*(^|[._])(no_grad|inference_mode)$/;

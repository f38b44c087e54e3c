/** What code is for, as far as its names and its tests of the mode say: code that nobody trains through. */
import type { Node, PythonFile } from './model.ts';
import type { ClassInfo, FunctionInfo } from './scope.ts';

/** Functions that make a network's input, or look at what it found. */
const APART =
  /(^|_)(pre_?process(ing)?|post_?process(ing)?|inference|infer|visuali[sz]e|visuali[sz]ation|vis|viz|plot|draw|demo|validate|validation|evaluate|evaluation|eval|test)(_|$)/i;
const INPUT =
  /(^|_)(resize|scale|rescale|pad|crop|normali[sz]e|load|read|prepare)_(the_)?(image|img|input|frame|video)s?$/i;
/** Functions that turn the weights of a file into those of a network, or paste what was found into a picture. */
const CONVERTS =
  /(^|_)(load|init|convert|remap|inflate)_(pre_?train(ed)?|checkpoints?|ckpts?|weights?|state(_dict)?|models?|params|parameters)(_|$)|(^|_)paste_masks?(_|$)/i;
/** Tables of biases are only given another size on the way from a file into a network; a method may do it each time. */
const TABLE = /^(resize|resample|interpolate)_rel(ative)?_pos(ition)?_bias(_|$)/i;
const TRAINS = /train|loss|criterion/i;
/** `InputPadder`, `GeneralizedRCNNTransform`, `PostProcess`; a transformer is none. */
const CLASS_APART = /^Input[A-Z]?\w*(Pad|Resiz|Scal|Crop|Norm)|Transforms?$|(Pre|Post)_?[Pp]rocess|Visuali[sz]/;
/** The folder or module that the code lies in. */
const PLACE_APART =
  /^(data|data_?(sets?|utils?|loaders?|loading|prep\w*|modules?|pipelines?|io)|pre_?process(ing)?|vis|vis_?utils?|visuali[sz]ations?|visuali[sz]ers?|viz|plotting|demos?|(load_)?(weights?|checkpoints?|ckpts?)(_utils?|_loading|_loader|_io)?)$/i;

/** By its name, a function that runs before the network or after it. */
export function isApart(info: FunctionInfo): boolean {
  const { name } = info;
  if (TABLE.test(name) && info.class === null) return true;
  return CONVERTS.test(name) || ((APART.test(name) || INPUT.test(name)) && !TRAINS.test(name));
}

/** By its name, a function that looks at what a network finds: what it makes is not for training. */
export const isForInference = ({ name }: FunctionInfo): boolean => APART.test(name) && !TRAINS.test(name);

/** By its name, a class that runs before the network or after it; one with layers of its own is a network itself. */
export function isClassApart(info: ClassInfo, file: PythonFile): boolean {
  if (!CLASS_APART.test(info.name) || TRAINS.test(info.name)) return false;
  const { start, end } = info.node;
  const isLayer = (name: string | null): boolean => name !== null && /^torch\.nn\.(?!functional\.)[A-Z]/.test(name);
  return !file.allCalls.some(({ name, node }) => node.start > start && node.end <= end && isLayer(name));
}

/** A module about data or pictures, by its own name or that of its folder; not where something is trained in it. */
export function isPlaceApart(file: PythonFile): boolean {
  const [folder = '', name = ''] = file.path.split('/').slice(-2);
  if (![folder, name.replace(/\.\w+$/, '')].some((each) => PLACE_APART.test(each))) return false;
  return file.methodCalls('backward').length === 0;
}

/** Under `if not self.training`, in the other branch of `if self.training`, or behind one that leaves. */
export function isInEvaluation(node: Node, file: PythonFile): boolean {
  for (let at = node; at.parent && !/_definition$/.test(at.type); at = at.parent) {
    const holder = at.parent;
    if (holder.type === 'if_statement' && at.field !== 'condition') {
      const mode = modeOf(holder.get('condition'), file);
      const isThen = at.field === 'consequence';
      if (mode !== null && (isThen ? mode === 'evaluation' : mode === 'training' && !at.type.startsWith('elif')))
        return true;
    }
    if (holder.type === 'conditional_expression') {
      const [then, condition, otherwise] = holder.children;
      const mode = modeOf(condition, file);
      if (at === then ? mode === 'evaluation' : at === otherwise && mode === 'training') return true;
    }
    if (/^(block|module)$/.test(holder.type) && leavesBefore(at, holder, file)) return true;
  }
  return false;
}

function leavesBefore(statement: Node, block: Node, file: PythonFile): boolean {
  for (const each of block.children) {
    if (each.start >= statement.start) return false;
    if (each.type !== 'if_statement' || modeOf(each.get('condition'), file) !== 'training') continue;
    if (/^(return|raise)_statement$/.test(each.get('consequence')?.children.at(-1)?.type ?? '')) return true;
  }
  return false;
}

/** What holds where a condition does; null where it says nothing of the mode, or more than that. */
function modeOf(condition: Node | undefined, file: PythonFile): 'training' | 'evaluation' | null {
  if (!condition) return null;
  if (condition.type === 'parenthesized_expression') return modeOf(condition.children[0], file);
  if (condition.type === 'not_operator') {
    const mode = modeOf(condition.get('argument') ?? condition.children[0], file);
    return mode === 'training' ? 'evaluation' : null;
  }
  return /^self\.training$/.test(file.read(condition)) ? 'training' : null;
}

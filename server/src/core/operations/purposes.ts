/** What code is for, as far as its names and its tests of the mode say: code that nobody trains through. */
import type { Node, PythonFile } from '../python/file.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';

/** Functions that make a network's input, or look at what it found. */
const APART =
  /(^|_)(pre_?process(ing)?|post_?process(ing)?|inference|infer|visuali[sz]e|visuali[sz]ation|vis|viz|plot|draw|colou?rmap|demo|validate|validation|evaluate|evaluation|eval|test)(_|$)/i;
const INPUT =
  /(^|_)((resize|scale|rescale|pad|crop|normali[sz]e|load|read|prepare|augment)_(the_)?(image|img|input|frame|video|picture|data|batch|sample)s?|(apply|process)_(image|img|input|frame|video|picture)s?)(_(torch|tensor|batch))?$/i;
/** Functions that turn the weights of a file into those of a network, or paste what was found into a picture. */
const CONVERTS =
  /(^|_)(load|init|convert|remap|inflate)_(pre_?train(ed)?|checkpoints?|ckpts?|weights?|state(_dict)?|models?|params|parameters)(_|$)|(^|_)paste_masks?(_|$)/i;
/** Tables of biases are only given another size on the way from a file into a network; a method may do it each time. */
const TABLE = /^(resize|resample|interpolate)_rel(ative)?_pos(ition)?_bias(_|$)/i;
const TRAINS = /train|loss|criterion/i;
/** `InputPadder`, `GeneralizedRCNNTransform`, `PostProcess`, `FlowAugmentor`; a transformer is none. */
const CLASS_APART =
  /^Input[A-Z]?\w*(Pad|Resiz|Scal|Crop|Norm)|Transforms?$|Augment[eo]rs?$|(Pre|Post)_?[Pp]rocess|Visuali[sz]/;
/** These transform distributions, with a gradient. */
const FLOW = /^(torch|pyro)\.distributions\./;
/** What a plain class of this name does, it does to pictures: `ResizeLongestSide`, `RandomCrop`. */
const PLAIN_CLASS_APART = /^(Random|Center)?(Resize|Rescale|Crop|Pad|Flip)(?![a-z])/;
/** The folder or module that the code lies in. */
const PLACE_APART =
  /^(data|data_?(sets?|utils?|loaders?|loading|readers?|prep\w*|process(ing)?|modules?|pipelines?|io)|process_?data|pre_?process(ing)?|eval(uat(e|ion|ors?))?|test|predict|inference|export(ers?)?|vis|vis_?utils?|visuali[sz]ations?|visuali[sz]ers?|viz|plotting|demos?|(load_)?(weights?|checkpoints?|ckpts?)(_utils?|_loading|_loader|_io)?)$/i;

/** By its name, a function that runs before the network or after it. */
export function isApart(info: FunctionInfo): boolean {
  const { name } = info;
  if (TABLE.test(name) && info.class === null) return true;
  return CONVERTS.test(name) || ((APART.test(name) || INPUT.test(name)) && !TRAINS.test(name));
}

/** By its name, a function that looks at what a network finds: what it makes is not for training. */
export const isForInference = ({ name }: FunctionInfo): boolean => APART.test(name) && !TRAINS.test(name);

/** By its name or a base's, a class that runs before the network or after it; one with layers is a network itself. */
export function isClassApart(info: ClassInfo, file: PythonFile): boolean {
  if (TRAINS.test(info.name)) return false;
  const isPlain = info.bases.length === 0 || info.bases.every((base) => file.read(base) === 'object');
  const names = [info.name, ...info.bases.map((base) => file.qualify(base) ?? '').filter((name) => !FLOW.test(name))];
  if (!names.some((name) => CLASS_APART.test(name.slice(name.lastIndexOf('.') + 1))))
    return isPlain && PLAIN_CLASS_APART.test(info.name);
  const { start, end } = info.node;
  const isLayer = (name: string | null): boolean => name !== null && /^torch\.nn\.(?!functional\.)[A-Z]/.test(name);
  return !file.allCalls.some(({ name, node }) => node.start > start && node.end <= end && isLayer(name));
}

/** A module about data, pictures or results, by its name or its folder's; not where something is trained in it. */
export function isPlaceApart(file: PythonFile): boolean {
  const [folder = '', name = ''] = file.path.split('/').slice(-2);
  if (![folder, name.replace(/\.\w+$/, '')].some((each) => PLACE_APART.test(each))) return false;
  return file.methodCalls('backward').length === 0;
}

/** What a condition says of something: that it holds, that it does not, or nothing. */
type Says = (condition: Node, file: PythonFile) => boolean | null;

/** Under `if not self.training`, in the other branch of `if self.training`, or behind one that leaves. */
export const isInEvaluation = (node: Node, file: PythonFile): boolean => isWhere(node, file, saysEvaluation);

/** Under `if not x.is_cuda`, in the other branch of `if torch.cuda.is_available()`, or behind one that leaves. */
export const isWhereNoCuda = (node: Node, file: PythonFile): boolean => isWhere(node, file, saysNoCuda);

const saysEvaluation: Says = (condition, file) => (/^self\.training$/.test(file.read(condition)) ? false : null);

function saysNoCuda(condition: Node, file: PythonFile): boolean | null {
  if (condition.type === 'attribute') return /\.is_cuda$/.test(file.read(condition)) ? false : null;
  if (condition.type === 'call') return file.call(condition).name === 'torch.cuda.is_available' ? false : null;
  // `x.device.type == 'cpu'`, `x.device != torch.device('cuda')`
  if (condition.type !== 'comparison_operator') return null;
  const [left, right, ...others] = condition.children.filter((child) => child.field !== 'operators');
  const operator = condition.children.find((child) => child.field === 'operators');
  if (!left || !right || others.length > 0 || !/(^|[._])device(\.type)?$/.test(file.read(left))) return null;
  const named = /^(?:torch\.device\()?["'](cpu|cuda)["']\)?$/.exec(file.read(right))?.[1];
  const isEqual = { '==': true, '!=': false }[file.read(operator ?? condition)];
  return named === undefined || isEqual === undefined ? null : (named === 'cpu') === isEqual;
}

/** True where every way to a node goes through a branch in which the condition holds. */
function isWhere(node: Node, file: PythonFile, says: Says): boolean {
  for (let at = node; at.parent && !/_definition$/.test(at.type); at = at.parent) {
    const holder = at.parent;
    if (holder.type === 'if_statement' && at.field !== 'condition') {
      const said = saidBy(holder.get('condition'), file, says);
      const isThen = at.field === 'consequence';
      if (said !== null && (isThen ? said : !said && !at.type.startsWith('elif'))) return true;
    }
    if (holder.type === 'conditional_expression') {
      const [then, condition, otherwise] = holder.children;
      const said = saidBy(condition, file, says);
      if (at === then ? said === true : at === otherwise && said === false) return true;
    }
    if (/^(block|module)$/.test(holder.type) && leavesBefore(at, holder, file, says)) return true;
  }
  return false;
}

function leavesBefore(statement: Node, block: Node, file: PythonFile, says: Says): boolean {
  for (const each of block.children) {
    if (each.start >= statement.start) return false;
    if (each.type !== 'if_statement' || saidBy(each.get('condition'), file, says) !== false) continue;
    if (/^(return|raise)_statement$/.test(each.get('consequence')?.children.at(-1)?.type ?? '')) return true;
  }
  return false;
}

/** Null where a condition says nothing of it, or more than that. */
function saidBy(condition: Node | undefined, file: PythonFile, says: Says): boolean | null {
  if (!condition) return null;
  if (condition.type === 'parenthesized_expression') return saidBy(condition.children[0], file, says);
  if (condition.type !== 'not_operator') return says(condition, file);
  const said = saidBy(condition.get('argument') ?? condition.children[0], file, says);
  return said === null ? null : !said;
}

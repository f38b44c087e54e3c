/** The program every protocol test is about: one finding, whose place, repair and severity no other rule changes. */
export const URI = 'file:///project/train.py';

export const BAD = `import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
print(torch.rand(3))
`;

export const GOOD = BAD.replace('benchmark = True', 'benchmark = False');

export const FIX = 'Set `benchmark` to `False`';

/** The span of \`True\` in BAD, or as many lines further down. */
export const faultRange = (linesAbove = 0) => ({
  start: { line: 4 + linesAbove, character: 33 },
  end: { line: 4 + linesAbove, character: 37 },
});

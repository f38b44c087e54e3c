/**
 * One call for each row of the table of operations that can be a finding, and a near-twin that is none. What happens in
 * which version is written down by hand, from PyTorch's sources and release notes, not computed from the table.
 */

/** Without the flag and under the strict one: it differs between runs (D), raises (R), or neither (-). */
type Outcome = 'D/R' | 'D/-' | 'D/D' | '-/R' | '-/-';

/** The row's `api` and case; the call, its token in brackets; the twin; outcomes by version, `''` for the newest. */
export type OpCase = readonly [row: string, call: string, twin: string, outcomes: Readonly<Record<string, Outcome>>];

const ALWAYS_RAISES = { '1.8.1': 'D/R', '1.13.1': 'D/R', '2.4.0': 'D/R', '': 'D/R' } as const;
/** At most two gradients meet in one element, which is the same in both orders; the alert knows nothing of that. */
const TWO_TERMS = { '1.8.1': '-/R', '1.13.1': '-/R', '2.4.0': '-/R', '': '-/R' } as const;
const SINCE_1_7 = { '1.7.1': 'D/-', '2.4.0': 'D/-', '': 'D/-' } as const;
const UNTIL_2_2 = { '1.8.1': 'D/R', '2.1.2': 'D/R', '2.2.0': 'D/-', '': 'D/-' } as const;
const UNTIL_2_3 = { '1.8.1': 'D/R', '2.2.2': 'D/R', '2.3.0': 'D/-', '': 'D/-' } as const;
const UNTIL_2_6 = { '1.8.1': 'D/R', '2.5.1': 'D/R', '2.6.0': 'D/-', '': 'D/-' } as const;
const SINCE_1_10 = { '1.9.1': '-/-', '1.10.2': 'D/R', '2.4.0': 'D/R', '': 'D/R' } as const;
const SINCE_1_13 = { '1.12.1': 'D/D', '1.13.1': 'D/R', '': 'D/R' } as const;
const SINCE_1_8 = { '1.7.1': 'D/D', '1.8.1': 'D/R', '': 'D/R' } as const;
const VISION = { '0.15.2': 'D/D', '0.16.0': 'D/R', '': 'D/R' } as const;
const NEVER_COVERED = { '': 'D/D' } as const;
/** `scatter_add_`'s kernel, in more than one dimension. */
const SCATTERED = { '1.9.1': 'D/R', '1.12.1': 'D/R', '1.13.1': 'D/-', '': 'D/-' } as const;

export const OP_CASES: readonly OpCase[] = [
  ['dgl.nn.GraphConv', '[dgl.nn.GraphConv](4, 4)', 'dgl.nn.EdgePredictor("dot")', NEVER_COVERED],
  [
    'flash_attn.flash_attn_func',
    '[flash_attn.flash_attn_func](q, k, v)',
    'flash_attn.flash_attn_func(q, k, v, deterministic=True)',
    { '2.5.0': 'D/D', '': 'D/D' },
  ],
  [
    'mamba_ssm.ops.selective_scan_interface.selective_scan_fn',
    '[mamba_ssm.Mamba](64)',
    'mamba_ssm.layer_norm(64)',
    NEVER_COVERED,
  ],
  [
    'torch.Tensor.index_add_',
    'x.[index_add_](0, i, s)',
    'x.index_fill_(0, i, 0.0)',
    { '1.7.1': 'D/R', '1.8.1': 'D/R', '1.9.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.Tensor.index_copy_',
    'x.[index_copy_](0, i, s)',
    'x.copy_(s)',
    { '1.7.1': 'D/D', '1.8.1': 'D/R', '1.9.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.Tensor.index_put_ overwrite',
    'x.[index_put_]((i,), s)',
    'x.index_put_((i,), s, accumulate=True)',
    { '1.8.1': 'D/D', '1.9.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.Tensor.index_reduce_',
    'x.[index_reduce_](0, i, s, "prod")',
    'x.index_fill_(0, i, 1.0)',
    { '1.11.0': '-/-', '1.12.1': 'D/R', '': 'D/R' },
  ],
  [
    'torch.Tensor.put_ accumulate',
    'x.[put_](i, s, True)',
    'torch.masked_fill(x, x > 0, 0.0)',
    { '1.8.1': 'D/D', '1.9.0': 'D/R', '': 'D/R' },
  ],
  ['torch.Tensor.put_ overwrite', 'x.[put_](i, s)', 'q.put_(i, s)', { '1.8.1': 'D/D', '1.9.0': 'D/R', '': 'D/R' }],
  [
    'torch.Tensor.scatter_ overwrite',
    'x.[scatter_](0, i, s)',
    'x.scatter_(0, i, 1.0)',
    { '2.0.1': 'D/D', '2.1.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.Tensor.scatter_ reduce add',
    'x.[scatter_](0, i, s, reduce="add")',
    'x.scatter_(0, i, 1.0, reduce="add")',
    { '2.0.1': 'D/D', '2.1.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.Tensor.scatter_ reduce multiply',
    '[torch.scatter](x, 0, i, s, reduce="multiply")',
    'x.scatter_(0, i, 2.0, reduce="multiply")',
    { '2.0.1': 'D/D', '2.1.0': 'D/R', '': 'D/R' },
  ],
  ['torch.Tensor.scatter_add_', 'x.[scatter_add_](1, i, s)', 'x.scatter_(1, i, 1.0)', SCATTERED],
  [
    'torch.Tensor.scatter_reduce_ amax',
    'x.[scatter_reduce_](0, i, s, reduce="amax")',
    'x.amax(0)',
    { '1.12.1': '-/R', '2.0.1': '-/R', '2.1.0': '-/-', '': '-/-' },
  ],
  [
    'torch.Tensor.scatter_reduce_ prod',
    'x.[scatter_reduce_](0, i, s, "prod")',
    'x.prod(0)',
    { '1.12.1': 'D/R', '2.1.0': 'D/R', '': 'D/R' },
  ],
  [
    'torch.Tensor.scatter_reduce_ sum',
    'x.[scatter_reduce_](0, i, s, "sum")',
    'x.sum(0)',
    { '1.11.0': '-/-', '1.12.1': 'D/R', '2.0.1': 'D/R', '2.1.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.bincount counts',
    '[torch.bincount](i)',
    'np.bincount(a)',
    { '1.8.1': '-/R', '2.0.1': '-/R', '2.1.0': '-/-', '': '-/-' },
  ],
  ['torch.bincount weights', '[torch.bincount](i, s)', 'np.bincount(a, a)', ALWAYS_RAISES],
  ['torch.cummax', 'x.[cummax](1)', 'q.cummax(1)', SCATTERED],
  [
    'torch.cumprod',
    'x.[cumprod](0)',
    'i.cumprod(0)',
    { '1.12.1': 'D/D', '1.13.1': 'D/R', '2.5.1': 'D/R', '2.6.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.cumsum',
    '[torch.cumsum](x.flatten(), 0)',
    'torch.cumsum(i, 0)',
    { '1.12.1': 'D/D', '1.13.1': 'D/R', '2.5.1': 'D/R', '2.6.0': 'D/-', '': 'D/-' },
  ],
  ['torch.gather', 'x.[gather](1, i)', 'q.gather(1, i)', SCATTERED],
  ['torch.histc floating point', '[torch.histc](x)', 'np.histogram(a)', { '1.8.1': '-/R', '2.4.0': '-/R', '': '-/R' }],
  [
    'torch.histc integer',
    'i.[histc]()',
    'np.histogram(a)',
    { '1.8.1': '-/R', '2.7.1': '-/R', '2.8.0': '-/-', '': '-/-' },
  ],
  ['torch.index_select', 'x.[index_select](0, i)', 'x[i]', { '1.8.1': 'D/R', '1.9.0': 'D/-', '': 'D/-' }],
  [
    'torch.kthvalue',
    'x.[kthvalue](2)',
    'x.topk(2)',
    { '1.7.1': 'D/D', '1.8.1': 'D/R', '2.10.0': 'D/R', '2.11.0': '-/-', '': '-/-' },
  ],
  ['torch.median', 'x.[median](0)', 'x.median()', SINCE_1_8],
  [
    'torch.nanmedian',
    '[torch.nanmedian](x, dim=0)',
    'torch.nanmedian(x)',
    { '1.7.1': '-/-', '1.8.1': 'D/R', '': 'D/R' },
  ],
  ['torch.nn.AdaptiveAvgPool1d', '[nn.AdaptiveAvgPool1d](2)', 'nn.AdaptiveAvgPool1d(1)', TWO_TERMS],
  [
    'torch.nn.AdaptiveAvgPool2d',
    '[F.adaptive_avg_pool2d](x, (7, 2))',
    'F.adaptive_avg_pool2d(x, (1, 1))',
    ALWAYS_RAISES,
  ],
  ['torch.nn.AdaptiveAvgPool3d', '[nn.AdaptiveAvgPool3d]((None, 2, 2))', 'nn.AdaptiveAvgPool3d(1)', ALWAYS_RAISES],
  ['torch.nn.AdaptiveMaxPool1d', '[nn.AdaptiveMaxPool1d](2)', 'nn.MaxPool1d(2)', TWO_TERMS],
  ['torch.nn.AdaptiveMaxPool2d', '[F.adaptive_max_pool2d](x, 2)', 'F.max_pool2d(x, 2)', ALWAYS_RAISES],
  ['torch.nn.AvgPool3d', '[nn.AvgPool3d](3, 2)', 'nn.AvgPool2d(2)', ALWAYS_RAISES],
  ['torch.nn.Conv1d', '[nn.Conv1d](3, 8, 3)', 'nn.Linear(3, 8)', SINCE_1_7],
  ['torch.nn.Conv2d', '[nn.Conv2d](3, 8, 3)', 'nn.Linear(3, 8)', SINCE_1_7],
  ['torch.nn.Conv3d', '[F.conv3d](x, s)', 'F.linear(x, s)', SINCE_1_7],
  ['torch.nn.ConvTranspose1d', '[nn.ConvTranspose1d](3, 8, 3)', 'nn.Linear(3, 8)', SINCE_1_7],
  ['torch.nn.ConvTranspose2d', '[F.conv_transpose2d](x, s)', 'F.linear(x, s)', SINCE_1_7],
  ['torch.nn.ConvTranspose3d', '[nn.ConvTranspose3d](3, 8, 3)', 'nn.Linear(3, 8)', SINCE_1_7],
  [
    'torch.nn.Embedding',
    '[nn.Embedding](9, 4)',
    'nn.Linear(9, 4)',
    { '1.13.1': '-/-', '2.10.0': '-/-', '2.11.0': 'D/-', '': 'D/-' },
  ],
  ['torch.nn.EmbeddingBag max', '[nn.EmbeddingBag](9, 4, mode="max")', 'nn.EmbeddingBag(9, 4, mode=m)', ALWAYS_RAISES],
  [
    'torch.nn.EmbeddingBag sum',
    '[nn.EmbeddingBag](9, 4)',
    'nn.Linear(9, 4)',
    { '1.8.1': '-/R', '1.9.0': '-/-', '': '-/-' },
  ],
  ['torch.nn.FractionalMaxPool2d', '[nn.FractionalMaxPool2d](2, 3)', 'nn.MaxPool2d(2, 3)', ALWAYS_RAISES],
  ['torch.nn.FractionalMaxPool3d', '[F.fractional_max_pool3d](x, 2, 3)', 'F.max_pool2d(x, 2)', ALWAYS_RAISES],
  ['torch.nn.LPPool3d', '[nn.LPPool3d](2, 3, 2)', 'nn.LPPool2d(2, 2)', { '2.2.2': '-/-', '2.3.0': 'D/R', '': 'D/R' }],
  ['torch.nn.MaxPool3d', '[nn.MaxPool3d](3, 2)', 'nn.MaxPool2d(2)', ALWAYS_RAISES],
  [
    'torch.nn.MaxPool3d return_indices',
    '[nn.MaxPool3d](3, 2, return_indices=True)',
    'nn.MaxPool2d(2, return_indices=True)',
    { '1.8.1': 'D/R', '2.12.1': 'D/R', '2.13.0': 'D/-', '': 'D/-' },
  ],
  ['torch.nn.MaxUnpool1d', '[nn.MaxUnpool1d](2)', 'nn.MaxPool1d(2)', SINCE_1_13],
  ['torch.nn.MaxUnpool2d', '[F.max_unpool2d](x, i, 2)', 'F.max_pool2d(x, 2)', SINCE_1_13],
  ['torch.nn.MaxUnpool3d', '[nn.MaxUnpool3d](2)', 'nn.ZeroPad2d(2)', SINCE_1_13],
  ['torch.nn.ReflectionPad1d', '[nn.ReflectionPad1d](1)', 'nn.ConstantPad1d(1, 0.0)', TWO_TERMS],
  ['torch.nn.ReflectionPad1d pad', '[F.pad](x, (1, 1), "reflect")', 'F.pad(x, (1, 1))', TWO_TERMS],
  [
    'torch.nn.ReflectionPad1d padding_mode',
    '[nn.Conv1d](3, 8, 3, padding=1, padding_mode="reflect")',
    'nn.Linear(3, 8)',
    TWO_TERMS,
  ],
  ['torch.nn.ReflectionPad2d', '[nn.ReflectionPad2d](1)', 'nn.ZeroPad2d(1)', UNTIL_2_6],
  [
    'torch.nn.ReflectionPad2d pad',
    '[F.pad](x, [1, 1, 1, 1], mode="reflect")',
    'F.pad(x, [1, 1, 1, 1], mode=m)',
    UNTIL_2_6,
  ],
  [
    'torch.nn.ReflectionPad2d padding_mode',
    '[nn.Conv2d](3, 8, 3, padding=1, padding_mode="reflect")',
    'nn.Linear(3, 8)',
    UNTIL_2_6,
  ],
  ['torch.nn.ReflectionPad3d', '[nn.ReflectionPad3d](1)', 'nn.ConstantPad3d(1, 0.0)', SINCE_1_10],
  [
    'torch.nn.ReflectionPad3d pad',
    '[F.pad](x, (1, 1, 1, 1, 1, 1), mode="reflect")',
    'F.pad(x, (1, 1, 1, 1, 1, 1))',
    SINCE_1_10,
  ],
  [
    'torch.nn.ReflectionPad3d padding_mode',
    '[nn.Conv3d](3, 8, 3, padding=1, padding_mode="reflect")',
    'nn.Linear(3, 8)',
    SINCE_1_10,
  ],
  ['torch.nn.ReplicationPad1d', '[nn.ReplicationPad1d](2)', 'nn.ConstantPad1d(1, 0.0)', UNTIL_2_3],
  ['torch.nn.ReplicationPad1d pad', '[F.pad](x, (2, 2), "replicate")', 'F.pad(x, (1, 1), "constant")', UNTIL_2_3],
  [
    'torch.nn.ReplicationPad1d padding_mode',
    '[nn.Conv1d](3, 8, 5, padding=2, padding_mode="replicate")',
    'nn.Linear(3, 8)',
    UNTIL_2_3,
  ],
  ['torch.nn.ReplicationPad2d', '[nn.ReplicationPad2d](1)', 'nn.ZeroPad2d(1)', UNTIL_2_2],
  ['torch.nn.ReplicationPad2d pad', '[F.pad](x, (1, 1, 1, 1), "replicate")', 'F.pad(x, (1, 1, 1, 1))', UNTIL_2_2],
  [
    'torch.nn.ReplicationPad2d padding_mode',
    '[nn.Conv2d](3, 8, 3, padding=1, padding_mode="replicate")',
    'nn.Linear(3, 8)',
    UNTIL_2_2,
  ],
  ['torch.nn.ReplicationPad3d', '[nn.ReplicationPad3d](1)', 'nn.ConstantPad3d(1, 0.0)', UNTIL_2_3],
  [
    'torch.nn.ReplicationPad3d pad',
    '[F.pad](x, (1, 1, 1, 1, 1, 1), "replicate")',
    'F.pad(x, (1, 1, 1, 1, 1, 1), m)',
    UNTIL_2_3,
  ],
  [
    'torch.nn.ReplicationPad3d padding_mode',
    '[nn.Conv3d](3, 8, 3, padding=1, padding_mode="replicate")',
    'nn.Linear(3, 8)',
    UNTIL_2_3,
  ],
  ['torch.nn.functional.ctc_loss', '[nn.CTCLoss]()', 'nn.MSELoss()', ALWAYS_RAISES],
  [
    'torch.nn.functional.grid_sample corners not aligned',
    '[F.grid_sample](x, s)',
    'F.affine_grid(x, s)',
    ALWAYS_RAISES,
  ],
  [
    'torch.nn.functional.grid_sample cuDNN',
    '[F.grid_sample](x, s, align_corners=True)',
    'F.affine_grid(x, s, align_corners=True)',
    { '1.8.1': 'D/D', '2.11.0': 'D/D', '2.13.0': 'D/R', '': 'D/R' },
  ],
  [
    'torch.nn.functional.grid_sample other mode',
    '[F.grid_sample](x, s, "bicubic", align_corners=True)',
    'np.interp(a, a, a)',
    ALWAYS_RAISES,
  ],
  [
    'torch.nn.functional.grid_sample other padding',
    '[F.grid_sample](x, s, padding_mode="border", align_corners=True)',
    'a.grid_sample(x, s, padding_mode="border", align_corners=True)',
    ALWAYS_RAISES,
  ],
  [
    'torch.nn.functional.grid_sample unknown arguments',
    '[F.grid_sample](x, s, m, align_corners=n)',
    'a.grid_sample(x, s, m)',
    { '1.8.1': 'D/-', '2.11.0': 'D/-', '2.13.0': 'D/R', '': 'D/R' },
  ],
  [
    'torch.nn.functional.interpolate antialias',
    '[F.interpolate](x, 9, mode="bilinear", antialias=True)',
    'F.interpolate(x, 9, antialias=m, mode="bilinear")',
    { '1.10.2': '-/-', '1.11.0': 'D/R', '': 'D/R' },
  ],
  ['torch.nn.functional.interpolate area', '[F.interpolate](x, 9, mode="area")', 'F.interpolate(x, 9)', ALWAYS_RAISES],
  [
    'torch.nn.functional.interpolate bicubic',
    '[nn.Upsample](9, mode="bicubic")',
    'nn.Upsample(9)',
    { '1.8.1': 'D/R', '2.4.0': 'D/R', '2.14.1': 'D/R', '2.15.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.nn.functional.interpolate bilinear',
    '[nn.Upsample](9, mode="bilinear")',
    'nn.Upsample(9, mode="nearest")',
    { '1.8.1': 'D/R', '2.0.1': 'D/R', '2.1.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.nn.functional.interpolate linear',
    '[F.interpolate](x, 9, None, "linear")',
    'F.interpolate(x, 9, None, m)',
    ALWAYS_RAISES,
  ],
  [
    'torch.nn.functional.interpolate trilinear',
    '[F.interpolate](x, 9, mode="trilinear")',
    'F.interpolate(x, 9, mode="nearest-exact")',
    { '2.1.0': 'D/R', '2.8.0': 'D/R', '2.9.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.nn.functional.nll_loss',
    '[F.cross_entropy](F.conv2d(x, s), i)',
    'F.cross_entropy(F.conv2d(x, s), i, reduction="none")',
    ALWAYS_RAISES,
  ],
  ['torch.nn.functional.pad reflect', '[F.pad](x, p, "reflect")', 'F.pad(x, p, m)', ALWAYS_RAISES],
  ['torch.nn.functional.pad replicate', '[F.pad](x, p, "replicate")', 'F.pad(x, p)', UNTIL_2_3],
  [
    'torch.nn.functional.scaled_dot_product_attention cudnn',
    '[F.scaled_dot_product_attention](q, k, v)',
    'F.softmax(q @ k, -1) @ v',
    { '1.13.1': '-/-', '2.2.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.nn.functional.scaled_dot_product_attention efficient',
    '[F.scaled_dot_product_attention](q, k, v, is_causal=True)',
    'F.softmax(q @ k, -1) @ v',
    { '1.13.1': '-/-', '2.5.1': 'D/-', '': 'D/-' },
  ],
  [
    'torch.nn.functional.scaled_dot_product_attention flash',
    '[nn.TransformerEncoderLayer](64, 4)',
    'nn.LayerNorm(64)',
    { '1.13.1': '-/-', '2.1.0': 'D/D', '2.2.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch.repeat_interleave',
    'x.[repeat_interleave](i)',
    'x.repeat_interleave(n)',
    { '1.8.1': 'D/R', '1.9.0': 'D/-', '': 'D/-' },
  ],
  ['torch.take', 'x.[take](i)', 'a.take(i)', { '1.8.1': 'D/D', '1.9.0': 'D/R', '': 'D/R' }],
  [
    'torch.take_along_dim',
    '[torch.take_along_dim](x, i, 1)',
    'np.take_along_axis(a, a, 1)',
    { '1.8.1': '-/-', '1.12.1': 'D/R', '1.13.1': 'D/-', '': 'D/-' },
  ],
  [
    'torch_geometric.nn.MessagePassing',
    '[torch_geometric.nn.GCNConv](4, 4)',
    'torch_geometric.nn.Linear(4, 4)',
    { '2.5.0': 'D/-', '': 'D/-' },
  ],
  [
    'torch_geometric.utils.scatter mul',
    '[torch_geometric.utils.scatter](x, i, 0, n, "mul")',
    'torch_geometric.utils.scatter(x, i, 0, n, "max")',
    NEVER_COVERED,
  ],
  [
    'torch_geometric.utils.scatter sum',
    '[torch_geometric.utils.scatter](x, i)',
    'torch_geometric.utils.scatter(x, i, 0, n, "max")',
    { '1.12.1': 'D/R', '1.13.1': 'D/-', '': 'D/-' },
  ],
  ['torch_scatter.scatter mul', '[torch_scatter.scatter_mul](x, i)', 'torch_scatter.scatter_max(x, i)', NEVER_COVERED],
  [
    'torch_scatter.scatter sum',
    '[torch_scatter.scatter_mean](x, i)',
    'torch_scatter.segment_csr(x, i)',
    { '1.12.1': 'D/R', '1.13.1': 'D/-', '': 'D/-' },
  ],
  [
    'torchvision.ops.deform_conv2d',
    '[torchvision.ops.deform_conv2d](x, s, s)',
    'torchvision.ops.nms(x, s, 0.5)',
    VISION,
  ],
  ['torchvision.ops.ps_roi_align', '[torchvision.ops.ps_roi_align](x, s, 7)', 'torchvision.ops.box_iou(x, s)', VISION],
  [
    'torchvision.ops.ps_roi_pool',
    '[torchvision.ops.PSRoIPool](7, 1.0)',
    'torchvision.ops.FrozenBatchNorm2d(7)',
    VISION,
  ],
  [
    'torchvision.ops.roi_align',
    '[torchvision.ops.RoIAlign](7, 1.0, 2)',
    'torchvision.ops.nms(x, s, 0.5)',
    { '0.15.2': 'D/D', '0.16.0': 'D/-', '': 'D/-' },
  ],
  ['torchvision.ops.roi_pool', '[torchvision.ops.roi_pool](x, s, 7)', 'torchvision.ops.nms(x, s, 0.5)', VISION],
  [
    'torch.topk many',
    '[torch.topk](x, 64)',
    'torch.topk(x, 50)',
    { '2.13.0': '-/-', '2.14.1': '-/-', '2.15.0': 'D/-', '': 'D/-' },
  ],
];

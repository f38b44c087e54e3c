"""What server/data says draws random numbers draws them, from the stream it says; what is said to seed seeds.

Takes each row of draws.json and seeders.json whose source is an experiment, as far as its package is installed: the
call moves its own stream and no other, `unless` arguments keep it still, `when` decides, and positions are right.
torch.nn, torch.nn.init, torch.distributions, numpy.random and random have nothing that draws beside the table.
"""

import importlib
import inspect
import json
import pathlib
import random
import sys
import warnings
from collections import Counter

import numpy
import torch

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
DATA = pathlib.Path(__file__).parent.parent / "server" / "data"
count = Counter(passed=0, failed=0, skipped=0)

X, Y = numpy.random.RandomState(0).rand(40, 6), numpy.arange(40) % 2
ring = torch.arange(8)
EDGES = torch.cat([torch.stack([ring, ring.roll(1)]), torch.stack([ring.roll(1), ring])], 1)
still = torch.nn.Linear(4, 4)
SCOPE = {"torch": torch, "numpy": numpy, "random": random, "X": X, "Y": Y, "EDGES": EDGES, "still": still}
V = "(torch.ones(8) / 2)"
M = "torch.ones(8, 8)"
IMAGE, VOLUME = "(torch.ones(1, 3, 8, 8) / 2)", "(torch.ones(1, 3, 8, 8, 8) / 2)"

# Arguments to try, by kind of row, until a call works; CALLS has those for which none of them is right.
TRIES = {
    "function": ["", "2", "0.5", "1, 1", "5, 0.5", "5, 5, 3", "[0.5, 0.5]", V, M, IMAGE, f"{IMAGE}, 2, (4, 4)", f"{VOLUME}, 2, (4, 4, 4)",
                 "X", "X, 2", "X, Y", "X @ X.T", "EDGES", "(9, 9), 2"],
    "layer": ["4, 4", "4", "4, 2", "4, 4, 4", "", "4, 4, 2", "4, 4, 2, 2", "4, 4, 4, 2", "[4, 4]", "4, [4]"],
    "dropout": ["", "0.5, 3", "0.5, 'row'", "2, (4, 4)", "2, (4, 4, 4)", "0.5"],
    "distribution": [V, f"{V}, {V}", f"{M}, {M}", "3, probs=torch.tensor(0.5)", f"torch.zeros(8), {M}"],
    "sampler": ["[1, 2]", "[0.5, 0.5], 2"],
    "transform": ["", "8", "(0, 0.5)", "[torch.nn.Identity()]", "2", "(4, 8)", "3", "8, 16", "num_classes=4", "0.1"],
    "model": ["'squeezenet1_1'", "'resnet18'"],
}
CALLS = {
    "numpy.random.multinomial": "5, [0.5, 0.5]",
    "numpy.random.multivariate_normal": "[0, 0], numpy.eye(2)",
    "numpy.random.noncentral_f": "2, 2, 2",
    "numpy.random.shuffle": "[1, 2, 3]",
    "numpy.random.triangular": "0, 1, 2",
    "random.choice": "[1, 2]",
    "random.choices": "[1, 2]",
    "random.randrange": "9",
    "random.sample": "[1, 2], 1",
    "random.shuffle": "[1, 2, 3]",
    "pandas.DataFrame.sample": "pandas.DataFrame(X)",
    "pandas.Series.sample": "pandas.Series(Y)",
    "scipy.cluster.vq.kmeans": "X, 2",
    "scipy.cluster.vq.kmeans2": "X, 2",
    "scipy.optimize.basinhopping": "lambda x: (x**2).sum(), [1.0], niter=2",
    "scipy.optimize.differential_evolution": "lambda x: (x**2).sum(), [(-1, 1)], maxiter=2",
    "scipy.optimize.dual_annealing": "lambda x: (x**2).sum(), [(-1, 1)], maxiter=2",
    "scipy.sparse.rand": "50, 50",
    "scipy.sparse.random": "50, 50",
    "scipy.stats.bootstrap": "(X[:, 0],), numpy.mean, n_resamples=9",
    "scipy.stats.permutation_test": "(X[:, 0], X[:, 1]), lambda a, b: a.mean() - b.mean(), n_resamples=9",
    "sklearn.datasets.make_sparse_coded_signal": "3, n_components=4, n_features=5, n_nonzero_coefs=2",
    "sklearn.datasets.make_sparse_spd_matrix": "9",
    "sklearn.decomposition.dict_learning": "X, 2, alpha=1, max_iter=2",
    "sklearn.inspection.permutation_importance": "sklearn.dummy.DummyClassifier().fit(X, Y), X, Y",
    "sklearn.model_selection.ParameterSampler": "{'a': range(9)}, 3",
    "sklearn.model_selection.RandomizedSearchCV": "sklearn.dummy.DummyClassifier(), {'constant': range(9)}, n_iter=2",
    "sklearn.model_selection.learning_curve": "sklearn.dummy.DummyClassifier(), X, Y",
    "sklearn.multiclass.OutputCodeClassifier": "sklearn.dummy.DummyClassifier()",
    "sklearn.utils.resample": "X",
    "sklearn.utils.shuffle": "X",
    "torch.Tensor.geometric_": "0.5",
    "torch.nn.Linear.reset_parameters": "torch.nn.Linear(2, 2)",
    "torch.alpha_dropout": f"{IMAGE}, 0.5",
    "torch.alpha_dropout_": f"{IMAGE}, 0.5",
    "timm.layers.DropPath": "0.5",
    "timm.models.layers.DropPath": "0.5",
    "torch.binomial": f"{V}, {V}",
    "torch.distributions.Binomial": f"3, {V}",
    "torch.distributions.GeneralizedPareto": f"{V}, {V}, {V}",
    "torch.distributions.Independent": f"torch.distributions.Normal({V}, {V}), 1",
    "torch.distributions.LKJCholesky": "3",
    "torch.distributions.LowRankMultivariateNormal": f"{V}, {M}, {V}",
    "torch.distributions.MixtureSameFamily": f"torch.distributions.Categorical({V}), torch.distributions.Normal({V}, {V})",
    "torch.distributions.Multinomial": f"3, {V}",
    "torch.distributions.MultivariateNormal": "torch.zeros(4), torch.eye(4)",
    "torch.distributions.RelaxedBernoulli": f"torch.tensor(1.0), {V}",
    "torch.distributions.RelaxedOneHotCategorical": f"torch.tensor(1.0), {V}",
    "torch.distributions.TransformedDistribution": f"torch.distributions.Normal({V}, {V}), []",
    "torch.distributions.Uniform": f"{V}, 2 * {V}",
    "torch.distributions.Wishart": "torch.tensor(4.0), torch.eye(3)",
    "torch.dropout": f"{IMAGE}, 0.5",
    "torch.dropout_": f"{IMAGE}, 0.5",
    "torch.feature_alpha_dropout": f"{IMAGE}, 0.5",
    "torch.feature_alpha_dropout_": f"{IMAGE}, 0.5",
    "torch.feature_dropout": f"{IMAGE}, 0.5",
    "torch.feature_dropout_": f"{IMAGE}, 0.5",
    "torch.lobpcg": "torch.eye(12)",
    "torch.multinomial": f"{V}, 2",
    "torch.nn.AdaptiveLogSoftmaxWithLoss": "4, 10, [2]",
    "torch.nn.Transformer": "4, 2, 1, 1, 4",
    "torch.nn.functional.dropout1d": f"{IMAGE}[0]",
    "torch.nn.functional.dropout3d": VOLUME,
    "torch.nn.functional.rrelu": f"-{IMAGE}",
    "torch.nn.functional.rrelu_": f"-{IMAGE}",
    "torch.nn.init.sparse": f"{M}, 0.5",
    "torch.nn.init.sparse_": f"{M}, 0.5",
    "torch.nn.utils.parametrizations.spectral_norm": "torch.nn.Linear(3, 3, device='meta').to_empty(device='cpu')",
    "torch.nn.utils.prune.random_structured": "still, 'weight', 0.5, 0",
    "torch.nn.utils.prune.random_unstructured": "still, 'weight', 0.5",
    "torch.nn.utils.spectral_norm": "torch.nn.Conv2d(1, 1, 1, device='meta').to_empty(device='cpu')",
    "torch.normal": "0.0, 1.0, (3,)",
    "torch.quasirandom.SobolEngine": "2",
    "torch.randint": "9, (3,)",
    "torch.randint_like": f"{V}, 9",
    "torch.rrelu": f"-{IMAGE}",
    "torch.rrelu_": f"-{IMAGE}",
    "torch.testing.make_tensor": "(2,), dtype=torch.float32, device='cpu'",
    "torch.utils.data.random_split": "[1, 2, 3], [1, 2]",
    "torch_geometric.nn.AttentiveFP": "4, 4, 4, 2, 2, 2",
    "torch_geometric.nn.DimeNetPlusPlus": "8, 1, 1, 4, 4, 4, 3, 3",
    "torch_geometric.nn.EGConv": "4, 8",
    "torch_geometric.nn.HANConv": "4, 4, (['a'], [('a', 'b', 'a')])",
    "torch_geometric.nn.HEATConv": "4, 4, 2, 2, 2, 2, 2",
    "torch_geometric.nn.HGTConv": "4, 4, (['a'], [('a', 'b', 'a')])",
    "torch_geometric.nn.HeteroDictLinear": "4, 4, ['a']",
    "torch_geometric.nn.LINKX": "4, 4, 4, 4, 2",
    "torch_geometric.nn.MLPAggregation": "4, 4, 1, num_layers=1",
    "torch_geometric.nn.MetaPath2Vec": "{('a', 'b', 'a'): EDGES}, 4, [('a', 'b', 'a')], 2, 2",
    "torch_geometric.nn.PNA": "4, 4, 1, aggregators=['mean'], scalers=['identity'], deg=torch.ones(3)",
    "torch_geometric.nn.PNAConv": "4, 4, ['mean'], ['identity'], torch.ones(3)",
    "torch_geometric.transforms.RandomFlip": "0",
    "torch_geometric.transforms.RandomLinkSplit": "num_val=0.2, num_test=0.2, neg_sampling_ratio=0.0",
    "torch_geometric.transforms.RandomNodeSplit": "num_val=2, num_test=2",
    "torch_geometric.transforms.RandomScale": "(0.9, 1.1)",
    "torch_geometric.utils.batched_negative_sampling": "EDGES, torch.zeros(8).long()",
    "torch_geometric.utils.erdos_renyi_graph": "8, 0.5",
    "torch_geometric.utils.stochastic_blockmodel_graph": "[4, 4], [[0.5, 0.1], [0.1, 0.5]]",
    "torchvision.ops.FeaturePyramidNetwork": "[4], 4",
    "torchvision.ops.drop_block2d": f"{IMAGE}, 0.5, 3",
    "torchvision.ops.drop_block3d": f"{VOLUME}, 0.5, 3",
    "torchvision.ops.stochastic_depth": f"{IMAGE}, 0.5, 'row'",
    "torchvision.transforms.RandomOrder": "[torch.nn.Identity(), torch.nn.Identity()]",
    "torchvision.transforms.v2.JPEG": "(1, 100)",
    "torchvision.transforms.v2.RandomOrder": "[torch.nn.Identity(), torch.nn.Identity()]",
    "torchvision.transforms.v2.ScaleJitter": "(8, 8)",
}
INPUTS = [f"-{IMAGE}", f"-{VOLUME}", f"-{IMAGE}[0]"]
PICTURES = [
    "torch.ones(3, 32, 32).byte()",
    "torch.ones(3, 32, 32)",
    "(torch.ones(4, 3, 8, 8), torch.arange(4))",
    "torch.ones(4, 3, 8, 8), torch.arange(4)",
    "torch.ones(3, 32, 32), torchvision.tv_tensors.BoundingBoxes([[1, 1, 20, 20]], format='XYXY', canvas_size=(32, 32))",
    "torch_geometric.data.Data(x=torch.ones(8, 3), pos=torch.ones(8, 3), y=torch.zeros(8).long(), edge_index=EDGES)",
]
UNLESS = {"generator": "torch.Generator()", "random_state": "0", "seed": "0", "X": "torch.eye(12)[:, :1]"}


# How the states of streams are read. Rows of other streams wait until somebody adds how.
STATES = {
    "torch": lambda: torch.get_rng_state().numpy().tobytes(),
    "numpy": lambda: repr(numpy.random.get_state()),
    "python": random.getstate,
}


def states():
    return {stream: read() for stream, read in STATES.items()}


def moved(action):
    """The streams that an action moves."""
    before = states()
    action()
    after = states()
    return {stream for stream in before if before[stream] != after[stream]}


def check(what, holds):
    count["passed" if holds else "failed"] += 1
    if not holds:
        print("failed:", what)


def use(row, arguments):
    """Does what draws, with these arguments."""
    name, kind = row["name"], row["kind"]
    target = f"torch.ones(4).{name.rpartition('.')[2]}" if name.startswith("torch.Tensor.") else name
    made = eval(f"{target}({arguments})", SCOPE)
    if kind == "sampler":
        list(made)
    elif kind == "distribution":
        made.sample()
    elif kind == "dropout":
        first_that_works(lambda text: made(eval(text, SCOPE)), INPUTS)
    elif kind == "transform":
        first_that_works(lambda text: [eval(f"made({text})", SCOPE, {"made": made}) for _ in range(9)], PICTURES)
    elif hasattr(made, "fit"):
        fit = "fit_transform" if name.endswith("Encoder") else "fit"
        first_that_works(lambda text: eval(f"made.{fit}({text})", SCOPE, {"made": made}), ["X, Y", "X, numpy.c_[Y, Y]", "X"])
    elif name.endswith("ParameterSampler"):
        list(made)
    elif hasattr(made, "split") and name.startswith("sklearn."):
        list(made.split(X, Y, Y))


def first_that_works(action, texts):
    for text in texts:
        try:
            action(text)
            return text
        except Exception as error:
            problem = error
    raise problem


def position_of(name, argument):
    """Where a signature has an argument; None where it has no signature."""
    try:
        return list(inspect.signature(eval(name, SCOPE)).parameters).index(argument)
    except ValueError:
        return None


def check_draw(row):
    name = row["name"]
    when = row.get("when")
    if when and len(when["in"]) > 1:
        for value in when["in"]:
            check_draw({**row, "when": {**when, "in": [value]}})
        return
    value = when["in"][0] if when else None
    wanted = f"{when['argument']}={value!r}" if when else ""
    join = lambda *parts: ", ".join(part for part in parts if part)
    try:
        tries = [CALLS[name]] if name in CALLS else TRIES[row["kind"]]
        arguments = first_that_works(lambda text: use(row, join(text, wanted)), tries)
        check(f"{name} draws from {row['stream']}", moved(lambda: use(row, join(arguments, wanted))) == {row["stream"]})
        for where in row.get("unless", []):
            if where["argument"] in UNLESS:
                off = f"{where['argument']}={UNLESS[where['argument']]}"
                check(f"{name} does not with {off}", not moved(lambda: use(row, join(arguments, wanted, off))))
        # scikit-learn takes a seed from numpy even where it then makes no use of it.
        if when and when["default"] is not None and not name.startswith("sklearn."):
            draws = when["default"] == value
            check(f"{name} without {when['argument']}", bool(moved(lambda: use(row, arguments))) == draws)
        if value is True and not name.startswith("sklearn."):
            check(f"{name} with {when['argument']}=False", not moved(lambda: use(row, join(arguments, f"{when['argument']}=False"))))
        for where in [*row.get("unless", []), *([when] if when else [])]:
            at = position_of(name, where["argument"])
            if at is not None and "position" in where:
                check(f"{name} has {where['argument']} at {at}", where["position"] == at)
    except Exception as error:
        check(f"{name}: {type(error).__name__} {error}"[:200], False)


def check_complete(names):
    """Nothing draws that the table lacks."""
    for cls in {value for key, value in vars(torch.nn).items() if inspect.isclass(value) and issubclass(value, torch.nn.Module)}:
        name = f"torch.nn.{cls.__name__}"
        if name in names or cls.__module__ == "torch.nn.modules.module":
            continue
        for arguments in ([], [4], [4, 4], [4, 2], [4, 4, 4], [4, 4, 2, [2]], [(4, 4)]):
            try:
                check(f"{name} draws nothing", not moved(lambda: cls(*arguments)))
                break
            except Exception:
                pass
    for init in ("zeros_", "ones_", "eye_", "constant_", "dirac_"):
        tensor = torch.empty(4, 4, 4) if init == "dirac_" else torch.empty(4, 4)
        more = (1.0,) if init == "constant_" else ()
        check(f"{init} draws nothing", not moved(lambda: getattr(torch.nn.init, init)(tensor, *more)))
    others = {"seed", "get_state", "set_state", "get_bit_generator", "set_bit_generator", "default_rng", "test", "getstate", "setstate"}
    for module in (numpy.random, random):
        for key, value in vars(module).items():
            if callable(value) and key[0].islower() and not inspect.isclass(value) and key not in others:
                if getattr(value, "__self__", None) is not None or module.__name__ == "numpy.random":
                    check(f"{module.__name__}.{key} is known", f"{module.__name__}.{key}" in names)
    bases = {"Distribution", "ExponentialFamily"}
    for key, value in vars(torch.distributions).items():
        if inspect.isclass(value) and issubclass(value, torch.distributions.Distribution) and key not in bases:
            check(f"torch.distributions.{key} is known", f"torch.distributions.{key}" in names)


def check_seeds():
    numbers = {"torch": lambda: torch.rand(3).tolist(), "numpy": lambda: numpy.random.rand(3).tolist(), "python": random.random}
    seed = {"torch": torch.manual_seed, "numpy": numpy.random.seed, "python": random.seed}
    for stream, draw in numbers.items():
        seed[stream](7)
        first = draw()
        seed[stream](7)
        check(f"{stream}: a seed repeats", draw() == first)
        check(f"{stream}: only its own stream is seeded", moved(lambda: seed[stream](8)) == {stream})
    for again in (random.seed, lambda: random.seed(None), numpy.random.seed, lambda: numpy.random.seed(None), torch.seed):
        before = (again(), states())[1]
        again()
        check("without a seed each run differs", states() != before)
    for refuse in (lambda: torch.manual_seed(None), lambda: torch.manual_seed(), lambda: torch.use_deterministic_algorithms()):
        try:
            refuse()
            check("an argument is required", False)
        except TypeError:
            check("an argument is required", True)
    kept = states()
    saved = torch.get_rng_state(), numpy.random.get_state(), random.getstate()
    for draw in numbers.values():
        draw()
    torch.set_rng_state(saved[0]), numpy.random.set_state(saved[1]), random.setstate(saved[2])
    check("states are restored", states() == kept)
    generator = torch.default_generator
    check("default_generator.manual_seed seeds torch", moved(lambda: generator.manual_seed(9)) == {"torch"})
    check("default_generator.seed seeds torch", moved(generator.seed) == {"torch"})

    def forked():
        with torch.random.fork_rng():
            for draw in numbers.values():
                draw()

    check("fork_rng restores torch only", moved(forked) == {"numpy", "python"})
    for mode, flags in {0: (0, 0), "warn": (1, 1), 1: (1, 1), "error": (1, 0), 2: (1, 0), "default": (0, 0)}.items():
        torch.set_deterministic_debug_mode(mode)
        now = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
        check(f"set_deterministic_debug_mode({mode!r})", now == flags)


def available(name):
    """Imports the modules of a name; false where they are not installed."""
    *modules, _ = name.split(".")
    for depth in range(len(modules)):
        try:
            importlib.import_module(".".join(modules[: depth + 1]))
        except (ImportError, RuntimeError):
            if depth == 0:
                return False
            break
    SCOPE[modules[0]] = sys.modules[modules[0]]
    return True


def main():
    rows = json.loads((DATA / "draws.json").read_text())["draws"]
    for row in rows:
        if row["source"].startswith("experiment: ") and row["stream"] in STATES and available(row["name"]):
            check_draw(row)
        else:
            count["skipped"] += 1
    check_complete({row["name"] for row in rows})
    check_seeds()
    if count["skipped"]:
        print(f"{count['skipped']} rows are about what is not installed here, about streams whose state is not read here, or were read and not run.")
    print(f"{count['passed']} passed, {count['failed']} failed")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

/** Calls of Python and its libraries that the order of execution has to know about; what they draw and seed is data. */

/** The switches by which a program says that it wants the same bits. */
export const ALGORITHMS = 'torch.use_deterministic_algorithms';
export const CUDNN_DETERMINISTIC = 'torch.backends.cudnn.deterministic';

/** Calls that keep a function for later, or run it in a worker: handing it over runs nothing here. */
export const KEEPS_FUNCTION =
  /^(torch\.utils\.data\.|atexit\.|signal\.|functools\.|inspect\.|argparse\.|dataclasses\.|torchvision\.|collections\.defaultdict$|builtins\.(type|isinstance|hasattr|getattr|setattr|property|staticmethod|classmethod|callable|print|dict|list|tuple|set|frozenset|len|id|repr|str|bool|vars|zip|enumerate)$)|\.\w+\.register\w*$/;
/** The same for methods of objects nobody knows. */
export const KEEPS_FUNCTION_METHOD =
  /^(add_argument|set_defaults|add_parser|add_command|add_typer|setdefault|register\w*|connect|subscribe|on|add_\w*(hook|handler|listener|callback)s?)$/;
/** Objects that, when they are called, call what they were made of, one after the other. */
export const CALLS_ITS_PARTS = /^(torchvision\.transforms(\.v2)?\.Compose|torch\.nn\.Sequential)$/;
/** Objects that only hold what they were made of. */
export const HOLDS_PARTS = new Set(['torch.nn.ModuleList']);
/** Calls that run a function in another process. */
export const SPAWNS =
  /^(torch\.multiprocessing|multiprocessing)(\.\w+)*\.(spawn|Process|start_processes)$|^torch\.multiprocessing\.spawn$/;
/** Gives an object that starts processes in one way. */
export const GETS_CONTEXT = /^(torch\.)?multiprocessing(\.\w+)?\.get_context$/;
/** Ends the program. */
export const EXITS = new Set(['sys.exit', 'os._exit', 'os.abort', 'builtins.exit', 'builtins.quit']);
/** Gives back what it gets, in the same order, ready for the devices it runs on. */
export const HANDS_ON =
  /^(accelerate\.(\w+\.)*Accelerator\.prepare(_data_loader|_model)?|lightning\.fabric\.(\w+\.)*Fabric\.setup(_dataloaders|_module)?)$/;
/** Decorators that make a context manager of a generator. */
export const MAKES_CONTEXT = new Set(['contextlib.contextmanager', 'contextlib.asynccontextmanager']);
/** Context managers at whose end the generators are what they were. */
export const RESTORES = new Set(['torch.random.fork_rng']);
/** Context managers and decorators under which no gradient is taken. */
export const TAKES_NO_GRADIENT = new Set([
  'torch.no_grad',
  'torch.inference_mode',
  'torch.autograd.no_grad',
  'torch.autograd.inference_mode',
]);
/** Hands on the elements of what it gets. */
export const ITERATES =
  /^(builtins\.(enumerate|zip|iter|list|tuple|map|next|sorted|sum)|itertools\.\w+|tqdm(\.\w+)*\.(tqdm|trange)|tqdm|rich\.progress\.track)$/;
/** Packages that no workspace file stands behind, and whose seeders are in the table. */
export const LIBRARY =
  /^(builtins|torch|torchvision|torchaudio|numpy|scipy|sklearn|pandas|matplotlib|PIL|cv2|random|os|sys|math|time|json|re|argparse|pathlib|collections|itertools|functools|logging|tqdm)\./;
/** On an object nobody knows these seed that object, not the global generators. */
export const SEEDS_ITS_OBJECT = new Set([
  'seed',
  'manual_seed',
  'reset',
  'shuffle',
  'train_test_split',
  'sample',
  'split',
  'set_rng_state',
  'map',
  'select',
]);
/** What draws from a generator of its own, by the last word of its name: no method of it seeds a global one. */
export const HAS_OWN_STREAM = new Set(
  'env envs environment environments space sampler dataset loader dataloader datamodule split splitter kfold folds buffer memory noise generator rng gen augmenter transform transforms'.split(
    ' ',
  ),
);
/** Functions that run in the workers of a loader, by the name they have or are passed by. */
export const RUNS_IN_WORKERS = /worker\w*$/i;
/** Words of functions and classes that set a program up or are all of it: handed a seed, they may seed everything. */
export const SETS_UP = new Set(
  'init initialize initialise initializing setup set prepare configure start launch bootstrap main run runner train trainer training learner fit experiment pipeline session engine framework'.split(
    ' ',
  ),
);
/** Libraries whose calls keep the seed they take to themselves; what of them seeds global generators is in the table. */
export const KEEPS_SEED =
  /^(copy|csv|dataclasses|datetime|enum|hashlib|pickle|pprint|string|types|uuid|warnings|attr|pydantic|omegaconf|ml_collections|xgboost|lightgbm|catboost|gensim|networkx|hyperopt|optuna|skopt|gym|gymnasium|pettingzoo|envpool|procgen|brax|d4rl|dm_control|supersuit|stable_baselines3\.common\.(env_util|cmd_util|vec_env|atari_wrappers|monitor|buffers)|jax|flax|optax|tensorflow|tensorflow_datasets|torchtext|torchmetrics|torchdata|webdataset|albumentations|wandb|mlflow|comet_ml|neptune|clearml|seaborn|timm\.data|torch_geometric\.(data|datasets|loader|nn|transforms|utils)|datasets\.(load_dataset|load_from_disk|concatenate_datasets|interleave_datasets|Dataset|DatasetDict|IterableDataset))\b/;
/** Methods that write a seed down or keep it for later, whatever object they belong to. */
export const NOTES_SEED =
  /^(format|join|append|extend|insert|replace|update|get|pop|put|add|add_\w+|log\w*|print\w*|write\w*|info|debug|warn|warning|error|critical|exception|echo|set_(description|postfix)\w*|save\w*|dump\w*|to_\w+|strip|startswith|endswith)$/;
/** Classes and functions that only hold settings, by the end of their names. */
export const HOLDS_SETTINGS =
  /(Config|HParams|Hyperparameters|Namespace|Dict|Args|Arguments|Params|Options|Settings|CfgNode|^CN)$/i;

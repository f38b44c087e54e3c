#!/usr/bin/env bash
# PyYAML 6.0.4, OmegaConf 2.3.1, Hydra 1.3.8, ruamel.yaml 0.19.1: a seed with zeros in front, as in a sweep over 0008, 0009,
# 0010, is another thing wherever it is written. PyYAML and OmegaConf read YAML 1.1, where it is octal if its digits allow that and a
# string if not: 0010 is the run of seed 8, and 0008 is no number. On Hydra's command line each is a string, which
# `random.seed` takes as a seed of its own; ruamel.yaml reads YAML 1.2, where it is the number one sees.
#
# Output seen:
#   PyYAML: seed: 0008 -> '0008', seed: 0010 -> 8
#   OmegaConf: seed: 0008 -> '0008', seed: 0010 -> 8
#   Hydra: seed=0008 -> '0008', seed=0010 -> '0010'
#   ruamel.yaml: seed: 0008 -> 8, seed: 0010 -> 10
#   random.seed: '0010' begins as 10 does: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PyYAML==6.0.4 omegaconf==2.3.1 hydra-core==1.3.8 ruamel.yaml==0.19.1 2>/dev/null
cat >look.py <<'EOF'
import random

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from ruamel.yaml import YAML

SEEDS = ("0008", "0010")


def look(name, form, read):
    print(f"{name}: " + ", ".join(f"{form}{seed} -> {read(form + seed)!r}" for seed in SEEDS))


look("PyYAML", "seed: ", lambda text: yaml.safe_load(text)["seed"])
look("OmegaConf", "seed: ", lambda text: OmegaConf.create(text).seed)
parser = OverridesParser.create()
look("Hydra", "seed=", lambda text: parser.parse_override(text).value())
look("ruamel.yaml", "seed: ", lambda text: YAML(typ="safe").load(text)["seed"])


def first(seed):
    random.seed(seed)
    return random.random()


print("random.seed: '0010' begins as 10 does:", first("0010") == first(10))
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
PyYAML: seed: 0008 -> '0008', seed: 0010 -> 8
OmegaConf: seed: 0008 -> '0008', seed: 0010 -> 8
Hydra: seed=0008 -> '0008', seed=0010 -> '0010'
ruamel.yaml: seed: 0008 -> 8, seed: 0010 -> 10
random.seed: '0010' begins as 10 does: False
EOF

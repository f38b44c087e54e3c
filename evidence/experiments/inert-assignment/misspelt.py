# {"claim": "Modules of torch.backends take any name, a name that they do not have switches nothing, and nested switches raise."}
#- holds
import torch
import torch.backends.cudnn as cudnn

for module, name in [
    (cudnn, "deteministic"),
    (cudnn, "benchmarks"),
    (torch.backends, "deterministic"),
    (torch.backends.cuda, "deterministic"),
    (torch.cuda, "deterministic"),
    (torch, "deterministic"),
    (torch.backends.mkldnn, "determinstic"),
]:
    assert not hasattr(module, name), name
    setattr(module, name, True)
    assert not cudnn.deterministic and not cudnn.benchmark, name
    assert not torch.are_deterministic_algorithms_enabled(), name
cudnn.deterministic = True
assert cudnn.deterministic
try:
    torch.backends.cuda.matmul.allow_tf23 = False
    raise SystemExit("a nested switch took a name that it does not have")
except AttributeError:
    pass

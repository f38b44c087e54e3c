# {"claim": "torch.manual_seed seeds the generator of every CUDA device; the twins beside it change nothing.", "needs": "cuda"}
#- holds
import torch

torch.manual_seed(7)
alone = [torch.cuda.get_rng_state(device) for device in range(torch.cuda.device_count())]
drawn = torch.rand(4, device="cuda")
torch.manual_seed(7)
torch.cuda.manual_seed(7)
torch.cuda.manual_seed_all(7)
assert all(torch.equal(state, torch.cuda.get_rng_state(device)) for device, state in enumerate(alone))
assert torch.equal(drawn, torch.rand(4, device="cuda"))

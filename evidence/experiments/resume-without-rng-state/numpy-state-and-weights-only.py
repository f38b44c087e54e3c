# {"claim": "torch.load refuses numpy's state as it is since weights_only is the default, and set_rng_state wants a tensor on the CPU.", "error": "\nrefused"}
#- bad
import numpy as np
import torch

torch.save({'numpy': np.random.get_state()}, 'state.pt')
try:
    torch.load('state.pt')
except Exception:
    raise SystemExit('\nrefused')
#- holds
import numpy as np
import torch

torch.save({'numpy': np.random.get_state(), 'torch': torch.get_rng_state()}, 'state.pt')
states = torch.load('state.pt', weights_only=False)
np.random.set_state(states['numpy'])
torch.set_rng_state(states['torch'])

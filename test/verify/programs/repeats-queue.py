import multiprocessing as mp
import torch
def work(q, i):
    torch.manual_seed(i)
    q.put((i, torch.randn(2).tolist()))
if __name__ == "__main__":
    q = mp.Queue()
    ps = [mp.Process(target=work, args=(q, i)) for i in range(3)]
    [p.start() for p in ps]
    got = dict(q.get() for _ in ps)
    [p.join() for p in ps]
    print(torch.tensor([got[i] for i in range(3)]).sum().item())

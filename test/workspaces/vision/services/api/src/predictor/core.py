"""Loads a scripted model and asks it."""
import torch


class Predictor:
    def __init__(self, path, device="cpu"):
        self.device = device
        self.model = torch.jit.load(path, map_location=device).eval()

    @torch.inference_mode()
    def predict(self, picture):
        return self.model(picture.unsqueeze(0).to(self.device)).argmax().item()

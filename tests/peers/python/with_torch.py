"""PyTorch; with `compile` as the second argument the forward pass and its gradient are compiled."""

import sys

import common
import torch
import torch._inductor.config
from torch import nn
from torch.nn import functional

COMPILED = sys.argv[2:] == ["compile"]
# without a gradient weights are constants, and laid out as its kernels like them
torch._inductor.config.freezing = True


def network(workload, parameters):
    hidden = {"relu": nn.ReLU, "tanh": nn.Tanh}[workload.hidden]
    layers = []
    for kernel, bias in parameters:
        layer = nn.Linear(*kernel.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
            layer.bias.copy_(torch.from_numpy(bias))
        layers += [layer, hidden()]
    return nn.Sequential(*layers[:-1])


class Torch:
    def __init__(self, workload, x, classes, parameters, batch):
        self.workload, self.batch = workload, batch
        self.x, self.classes = torch.from_numpy(x), torch.from_numpy(classes).long()
        self.network = model = network(workload, parameters)
        self.optimizer = torch.optim.SGD(model.parameters(), lr=workload.rate, momentum=workload.momentum, fused=True)
        self.steps = 0
        compiled = torch.compile if COMPILED else lambda function: function
        self.loss = compiled(lambda x, classes: functional.cross_entropy(model(x), classes))
        self.probabilities = compiled(lambda x: functional.softmax(model(x), dim=1))

    def fit(self, epochs):
        return list(common.timed_epochs(epochs, lambda _: self.epoch()))

    def epoch(self):
        workload, total = self.workload, 0.0
        for samples in torch.randperm(len(self.x)).split(self.batch):
            if workload.decay:
                self.optimizer.param_groups[0]["lr"] = workload.rate / (1 + workload.decay * self.steps)
            self.steps += 1
            loss = self.loss(self.x[samples], self.classes[samples])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
        return total.item() * self.batch / len(self.x)

    @torch.inference_mode()
    def predict(self, x):
        return self.probabilities(torch.from_numpy(x)).numpy()


torch.manual_seed(0)
common.run(Torch)

// PyTorch's library from C++: `torch::nn::Sequential`, the fused step of its SGD.

#include <torch/torch.h>

#include "common.hpp"

using torch::Tensor;

struct Libtorch {
    const peers::Workload& workload;
    int64_t batch;
    torch::nn::Sequential network;
    std::vector<Tensor> parameters, velocities;
    Tensor x, classes;
    double steps = 0;

    Libtorch(const peers::Workload& workload, const peers::Data& data, const std::vector<float>& first, size_t batch)
        : workload(workload), batch(static_cast<int64_t>(batch)) {
        const torch::NoGradGuard no_grad;
        auto* next = const_cast<float*>(first.data());
        for (size_t layer = 0; layer + 1 < workload.sizes.size(); layer++) {
            const auto inputs = static_cast<int64_t>(workload.sizes[layer]);
            const auto outputs = static_cast<int64_t>(workload.sizes[layer + 1]);
            torch::nn::Linear linear(inputs, outputs);
            linear->weight.copy_(torch::from_blob(next, {inputs, outputs}).t());
            linear->bias.copy_(torch::from_blob(next += inputs * outputs, {outputs}));
            next += outputs;
            if (layer > 0 && workload.tanh) network->push_back(torch::nn::Tanh());
            if (layer > 0 && !workload.tanh) network->push_back(torch::nn::ReLU());
            network->push_back(linear);
        }
        parameters = network->parameters();
        for (const Tensor& parameter : parameters) velocities.push_back(torch::zeros_like(parameter));
        const auto samples = static_cast<int64_t>(workload.samples);
        x = torch::from_blob(const_cast<float*>(data.x.data()), {samples, static_cast<int64_t>(workload.inputs())});
        classes = torch::from_blob(const_cast<uint8_t*>(data.classes.data()), {samples}, torch::kUInt8).to(torch::kLong);
    }

    std::vector<peers::Epoch> fit(size_t epochs) {
        return peers::fit(epochs, [this] { return epoch(); });
    }

    double epoch() {
        Tensor total = torch::zeros({});
        for (const Tensor& samples : torch::randperm(x.size(0), torch::kLong).split(batch)) {
            const double rate = workload.rate / (1 + workload.decay * steps++);
            const Tensor logits = network->forward(x.index_select(0, samples));
            const Tensor loss = torch::cross_entropy_loss(logits, classes.index_select(0, samples));
            const auto gradients = torch::autograd::grad({loss}, parameters);
            const torch::NoGradGuard no_grad;
            at::_fused_sgd_(parameters, gradients, velocities, /*weight_decay=*/0, workload.momentum, rate, /*dampening=*/0,
                            /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/false);
            total += loss;
        }
        return total.item<double>() * static_cast<double>(batch) / static_cast<double>(x.size(0));
    }

    void predict(const float* samples, float* probabilities) {
        const c10::InferenceMode inference;
        const Tensor input = torch::from_blob(const_cast<float*>(samples), {batch, x.size(1)});
        const Tensor output = torch::softmax(network->forward(input), 1);
        std::copy_n(output.const_data_ptr<float>(), output.numel(), probabilities);
    }
};

int main(int, char** arguments) {
    const peers::Request request(arguments[1]);
    const auto peer = [&](size_t batch) { return Libtorch(request.workload, request.data, request.parameters, batch); };
    if (request.batch > 0) {
        request.train([&] { return peer(request.batch); });
    } else {
        for (const size_t samples : {size_t{1}, peers::MANY}) request.predict(samples, peer(samples));
    }
}

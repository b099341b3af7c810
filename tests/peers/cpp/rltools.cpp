// RLtools; on OpenBLAS where RL_TOOLS_BACKEND_ENABLE_OPENBLAS is defined, otherwise by its own loops.
//
// Its sizes, a batch's among them, are types, so there is a peer for each. It has Adam and no SGD: the momentum is
// written here, in one pass that clears the gradients as well.

#include <rl_tools/operations/cpu_mux.h>

#include <rl_tools/nn/operations_cpu_mux.h>
#include <rl_tools/nn/loss_functions/categorical_cross_entropy/operations_generic.h>
#include <rl_tools/nn_models/sequential/operations_generic.h>

#include <cstring>
#include <memory>

#include "common.hpp"

namespace rlt = rl_tools;

using Device = rlt::devices::DEVICE_FACTORY<>;
using Index = Device::index_t;
using Policy = rlt::numeric_types::Policy<float>;
using Activation = rlt::nn::activation_functions::ActivationFunction;
namespace dense = rlt::nn::layers::dense;
namespace sequential = rlt::nn_models::sequential;

template <Index OUTPUTS, Activation ACTIVATION>
using Dense = dense::BindConfiguration<dense::Configuration<Policy, Index, OUTPUTS, ACTIVATION>>;

// Layers with these outputs, the last without an activation.
template <Activation HIDDEN, Index OUTPUTS, Index... REST>
struct Layers {
    using Type = sequential::Module<Dense<OUTPUTS, HIDDEN>, typename Layers<HIDDEN, REST...>::Type>;
};
template <Activation HIDDEN, Index OUTPUTS>
struct Layers<HIDDEN, OUTPUTS> {
    using Type = sequential::Module<Dense<OUTPUTS, Activation::IDENTITY>>;
};
// The layer of these outputs so many times before others.
template <Activation HIDDEN, Index OUTPUTS, Index TIMES, typename THEN>
struct Repeat {
    using Type = sequential::Module<Dense<OUTPUTS, HIDDEN>, typename Repeat<HIDDEN, OUTPUTS, TIMES - 1, THEN>::Type>;
};
template <Activation HIDDEN, Index OUTPUTS, typename THEN>
struct Repeat<HIDDEN, OUTPUTS, 0, THEN> {
    using Type = THEN;
};

template <typename T, Index I, Index O>
struct Network {
    using Type = T;
    static constexpr Index INPUTS = I, OUTPUTS = O;
};
using Xor = Network<Layers<Activation::RELU, 4, 4, 2>::Type, 2, 2>;
using Mlp = Network<Layers<Activation::RELU, 128, 10>::Type, 784, 10>;
using Large = Network<Layers<Activation::RELU, 512, 512, 10>::Type, 784, 10>;
using Deep = Network<Repeat<Activation::TANH, 32, 50, Layers<Activation::TANH, 2>::Type>::Type, 32, 2>;

// Does something with each layer of a network.
template <typename MODULE, typename F>
void each(MODULE& module, F& f) {
    f(module.content);
    if constexpr (!std::is_same_v<decltype(module.next_module), sequential::OutputModule>) each(module.next_module, f);
}

// What training and predictions share.
template <typename NETWORK, typename CAPABILITY, Index BATCH>
struct Model {
    static constexpr bool ON_HEAP = CAPABILITY::DYNAMIC_ALLOCATION;
    using Shape = rlt::tensor::Shape<Index, 1, BATCH, NETWORK::INPUTS>;
    using Type = sequential::Build<CAPABILITY, typename NETWORK::Type, Shape>;

    Device device;
    Device::SPEC::RANDOM::ENGINE<> rng;
    Type network;
    typename Type::template Buffer<ON_HEAP> buffer;

    explicit Model(const std::vector<float>& parameters) {
        rlt::malloc(device, rng);
        rlt::malloc(device, network);
        rlt::malloc(device, buffer);
        const float* next = parameters.data();
        // its kernels are (outputs, inputs)
        auto load = [&](auto& layer) {
            constexpr Index inputs = std::decay_t<decltype(layer)>::INPUT_DIM, outputs = std::decay_t<decltype(layer)>::OUTPUT_DIM;
            for (Index input = 0; input < inputs; input++)
                for (Index output = 0; output < outputs; output++)
                    rlt::set(device, layer.weights.parameters, *next++, output, input);
            for (Index output = 0; output < outputs; output++) rlt::set(device, layer.biases.parameters, *next++, output);
        };
        each(network, load);
    }
    ~Model() {
        rlt::free(device, buffer);
        rlt::free(device, network);
        rlt::free(device, rng);
    }
    Model(const Model&) = delete;
};

template <typename NETWORK, Index BATCH>
struct Trainer : Model<NETWORK, rlt::nn::capability::Gradient<rlt::nn::parameters::Gradient>, BATCH> {
    const peers::Request& request;
    std::vector<uint32_t> order;
    std::vector<float> velocities;
    rlt::Tensor<rlt::tensor::Specification<float, Index, typename Trainer::Shape>> x;
    rlt::Matrix<rlt::matrix::Specification<Index, Index, BATCH, 1>> classes;
    rlt::Matrix<rlt::matrix::Specification<float, Index, BATCH, NETWORK::OUTPUTS>> d_output;
    peers::Generator generator;
    double steps = 0;

    explicit Trainer(const peers::Request& request)
        : Trainer::Model(request.parameters), request(request), order(request.workload.samples),
          velocities(request.parameters.size()) {
        rlt::malloc(this->device, x);
        rlt::malloc(this->device, classes);
        rlt::malloc(this->device, d_output);
        rlt::zero_gradient(this->device, this->network);
        std::iota(order.begin(), order.end(), 0);
    }
    ~Trainer() {
        rlt::free(this->device, x);
        rlt::free(this->device, classes);
        rlt::free(this->device, d_output);
    }

    std::vector<peers::Epoch> fit(size_t epochs) {
        return peers::fit(epochs, [this] { return epoch(); });
    }

    double epoch() {
        std::shuffle(order.begin(), order.end(), generator);
        double total = 0;
        for (size_t first = 0; first < order.size(); first += BATCH) total += step(&order[first]);
        return total * BATCH / static_cast<double>(order.size());
    }

    float step(const uint32_t* samples) {
        namespace loss = rlt::nn::loss_functions::categorical_cross_entropy;
        auto& device = this->device;
        for (Index i = 0; i < BATCH; i++) {
            std::memcpy(rlt::data(x) + i * NETWORK::INPUTS, &request.data.x[samples[i] * NETWORK::INPUTS],
                        NETWORK::INPUTS * sizeof(float));
            rlt::set(classes, i, 0, request.data.classes[samples[i]]);
        }
        rlt::forward(device, this->network, x, this->buffer, this->rng);
        auto output = rlt::output(device, this->network);
        auto logits = rlt::matrix_view(device, output);
        const float value = loss::evaluate(device, logits, classes);
        loss::gradient(device, logits, classes, d_output);
        auto d_output_tensor = rlt::to_tensor(device, d_output);
        auto d_output_view = rlt::unsqueeze(device, d_output_tensor);
        rlt::backward(device, this->network, x, d_output_view, this->buffer);

        const auto rate = static_cast<float>(request.workload.rate / (1 + request.workload.decay * steps++));
        const auto momentum = static_cast<float>(request.workload.momentum);
        float* __restrict velocity = velocities.data();
        auto descend = [&](auto& parameters) {
            float* __restrict value = rlt::data(parameters.parameters);
            float* __restrict gradient = rlt::data(parameters.gradient);
            constexpr Index size = rlt::product(typename decltype(parameters.parameters)::SPEC::SHAPE{});
            for (Index i = 0; i < size; i++) {
                velocity[i] = momentum * velocity[i] - rate * gradient[i];
                value[i] += velocity[i];
                gradient[i] = 0;
            }
            velocity += size;
        };
        auto update = [&](auto& layer) { descend(layer.weights), descend(layer.biases); };
        each(this->network, update);
        return value;
    }
};

// Of a small network without a heap.
template <typename NETWORK, Index BATCH>
struct Predictor : Model<NETWORK, rlt::nn::capability::Forward<(NETWORK::INPUTS > 2)>, BATCH> {
    using Predictor::Model::Model;

    void predict(const float* samples, float* probabilities) {
        rlt::Tensor<rlt::tensor::Specification<float, Index, typename Predictor::Shape>> x;
        rlt::Tensor<rlt::tensor::Specification<float, Index, rlt::tensor::Shape<Index, 1, BATCH, NETWORK::OUTPUTS>>> logits;
        x._data = const_cast<float*>(samples);
        logits._data = probabilities;
        rlt::evaluate(this->device, this->network, x, logits, this->buffer, this->rng);
        for (Index i = 0; i < BATCH; i++) {
            float* const row = probabilities + i * NETWORK::OUTPUTS;
            const float maximum = *std::max_element(row, row + NETWORK::OUTPUTS);
            float sum = 0;
            for (Index output = 0; output < NETWORK::OUTPUTS; output++) sum += row[output] = std::exp(row[output] - maximum);
            for (Index output = 0; output < NETWORK::OUTPUTS; output++) row[output] /= sum;
        }
    }
};

template <typename NETWORK, Index... BATCHES>
void run(const peers::Request& request) {
    if (request.batch > 0) {
        const auto train = [&](auto batch) {
            if (request.batch == batch) request.train([&] { return Trainer<NETWORK, batch>(request); });
        };
        (train(std::integral_constant<Index, BATCHES>()), ...);
        return;
    }
    const auto predict = [&](auto batch) {
        Predictor<NETWORK, batch> predictor(request.parameters);
        request.predict(batch, predictor);
    };
    predict(std::integral_constant<Index, 1>());
    predict(std::integral_constant<Index, peers::MANY>());
}

int main(int, char** arguments) {
    const peers::Request request(arguments[1]);
    const std::string& name = request.workload.name;
    if (name == "xor") run<Xor, 100>(request);
    if (name == "mlp") run<Mlp, 128, 32>(request);
    if (name == "large") run<Large, 128, 32>(request);
    if (name == "deep") run<Deep, 128, 32>(request);
}

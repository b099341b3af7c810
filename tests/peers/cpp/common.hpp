// What the peers in C++ share, the same as in src/: workloads, data, first weights and the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace peers {

struct Workload {
    std::string name;
    std::vector<size_t> sizes;
    bool tanh;
    double rate, momentum, decay;
    size_t samples, epochs;
    double deviation;

    size_t inputs() const { return sizes.front(); }
    size_t outputs() const { return sizes.back(); }
};

inline Workload workload(const std::string& name) {
    std::vector<size_t> deep(51, 32);
    deep.push_back(2);
    const Workload all[] = {
        {"large", {784, 512, 512, 10}, false, 0.1, 0.9, 0.0, 12'800, 5, 0.3},
        {"mlp", {784, 128, 10}, false, 0.1, 0.9, 0.0, 12'800, 5, 0.3},
        {"deep", deep, true, 0.003, 0.9, 0.0, 12'800, 5, 1.0},
        {"xor", {2, 4, 4, 2}, false, 0.01, 0.99, 0.001, 10'000, 200, 1.0},
    };
    for (const auto& workload : all)
        if (workload.name == name) return workload;
    std::fprintf(stderr, "no workload is named `%s`\n", name.c_str());
    std::exit(1);
}

// Mixes the bits of a number: SplitMix64.
inline uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

// Number `index` of a stream of uniform numbers between 0 and 1.
inline double uniform(uint64_t stream, uint64_t index) {
    const uint64_t z = mix(((stream << 32) + index + 1) * 0x9E3779B97F4A7C15);
    return (static_cast<double>(z >> 11) + 0.5) / 9007199254740992.0;
}

// The same of standard normal numbers: Box and Muller.
inline double normal(uint64_t stream, uint64_t index) {
    return std::sqrt(-2 * std::log(uniform(stream, 2 * index))) * std::cos(2 * M_PI * uniform(stream, 2 * index + 1));
}

struct Data {
    std::vector<float> x;
    std::vector<uint8_t> classes;

    explicit Data(const Workload& workload) : x(workload.samples * workload.inputs()), classes(workload.samples) {
        const size_t inputs = workload.inputs();
        for (size_t index = 0; index < x.size(); index++)
            x[index] = static_cast<float>(workload.deviation * normal(1, index));
        for (size_t sample = 0; sample < classes.size(); sample++) {
            const float* const row = &x[sample * inputs];
            classes[sample] = inputs == 2 ? row[0] * row[1] <= 0 : std::max_element(row, row + workload.outputs()) - row;
        }
    }
};

// Kernel, by rows of inputs, and bias of each layer in turn: Glorot-uniform and zero.
inline std::vector<float> parameters(const Workload& workload) {
    std::vector<float> parameters;
    for (size_t layer = 0; layer + 1 < workload.sizes.size(); layer++) {
        const size_t inputs = workload.sizes[layer], outputs = workload.sizes[layer + 1], first = parameters.size();
        const double limit = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
        for (size_t index = 0; index < inputs * outputs; index++)
            parameters.push_back(static_cast<float>(limit * (2 * uniform(3, first + index) - 1)));
        parameters.resize(parameters.size() + outputs);
    }
    return parameters;
}

// What an epoch gave and cost.
struct Epoch {
    double loss, seconds;
};

inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The loop of `fit`: `epoch()` gives the mean loss.
template <typename F>
std::vector<Epoch> fit(size_t epochs, F epoch) {
    std::vector<Epoch> all;
    while (all.size() < epochs) {
        const double start = now(), loss = epoch();
        all.push_back({loss, now() - start});
    }
    return all;
}

// A fast generator for `std::shuffle`, always with the same seed.
struct Generator {
    using result_type = uint64_t;
    uint64_t state = 0;
    static constexpr uint64_t min() { return 0; }
    static constexpr uint64_t max() { return UINT64_MAX; }
    uint64_t operator()() { return mix(state += 0x9E3779B97F4A7C15); }
};

// Nobody knows what happens to what this points to.
template <typename T>
T* black_box(T* pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

// How many samples are predicted at once.
constexpr size_t MANY = 5'000;

// What a process is to measure: `NETWORK-BATCH` to train, `NETWORK` to predict.
struct Request {
    Workload workload;
    // 0 to predict
    size_t batch;
    Data data;
    std::vector<float> parameters;

    explicit Request(const std::string& argument)
        : workload(peers::workload(argument.substr(0, argument.find('-')))),
          batch(argument.find('-') == std::string::npos ? 0 : std::stoul(argument.substr(argument.find('-') + 1))),
          data(workload), parameters(peers::parameters(workload)) {}

    // Milliseconds for all epochs of the small network, samples per second in the best epoch of the others; the last
    // loss. The best of what fits into a second, at most three trainings. `peer()` makes one.
    template <typename New>
    void train(New peer) const {
        peer().fit(1);
        const bool all = workload.name == "xor";
        double best = INFINITY, last = 0;
        const double start = now();
        for (int trainings = 0; trainings == 0 || (trainings < 3 && now() - start < 1); trainings++) {
            const std::vector<Epoch> epochs = peer().fit(workload.epochs);
            double figure = all ? 0 : INFINITY;
            for (const Epoch& epoch : epochs) figure = all ? figure + epoch.seconds : std::min(figure, epoch.seconds);
            best = std::min(best, figure);
            last = epochs.back().loss;
            if (!(last < 0.9 * epochs.front().loss)) {
                std::fprintf(stderr, "it does not learn: loss %g at first, %g at last\n", epochs.front().loss, last);
                std::exit(1);
            }
        }
        const double figure = all ? 1e3 * best : static_cast<double>(workload.samples) / best;
        std::printf("%s-%zu %.6f %.4f\n", workload.name.c_str(), batch, figure, last);
    }

    // Nanoseconds for a call with so many samples, the best of five rounds; the loss of the first weights.
    template <typename Peer>
    void predict(size_t samples, Peer&& peer) const {
        const size_t outputs = workload.outputs();
        std::vector<float> probabilities(samples * outputs);
        const auto time = [&](int64_t times) {
            const double start = now();
            for (int64_t i = 0; i < times; i++) peer.predict(black_box(data.x.data()), black_box(probabilities.data()));
            return now() - start;
        };
        int64_t times = 1;
        while (time(times) < 0.02) times *= 2;
        double best = INFINITY, loss = 0;
        for (int round = 0; round < 5; round++) best = std::min(best, time(times));
        for (size_t sample = 0; sample < samples; sample++)
            loss -= std::log(static_cast<double>(probabilities[sample * outputs + data.classes[sample]]));
        std::printf("%s/%zu %.1f %.4f\n", workload.name.c_str(), samples, 1e9 * best / static_cast<double>(times),
                    loss / static_cast<double>(samples));
    }
};

}  // namespace peers

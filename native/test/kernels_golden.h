// Recorded hashes of what every op gives for the problems of kernels_cases.h. A change here is a change of Plummet's
// results.
#pragma once
#include <stdint.h>

#include "../kernels/table.h"

namespace plummet {
namespace {

constexpr uint64_t kGolden[kOpCount] = {
    0x7725b5caf1980fa5,  // gatherFloats
    0x6db5ab5631d241b0,  // gatherBytes
    0x63a10e2ecfaff446,  // copyRows
    0xc6669f5d92fe661c,  // dense
    0x21e05f4636d57806,  // denseInputGradient
    0x3ab83aa6962537d2,  // denseKernelGradient
    0xd64a7517dcb995c3,  // columnSums
    0x58a242a2323f2654,  // activate
    0x35491472e5cc7b17,  // activateGradient
    0x1ee099e8371a9bd0,  // softmax
    0xf0c18a52c20b49b8,  // softmaxGradient
    0x472f9de269a9ba26,  // sparseSoftmaxCrossentropy
    0xaa0b29116c68ada3,  // softmaxCrossentropy
    0xdd4e66c1f8aac550,  // sigmoidCrossentropy
    0xada5c3ff5d1c4bc7,  // meanSquaredError
    0xbf8c58f15695a740,  // sparseAccuracy
    0x264f01bb69b1a51d,  // categoricalAccuracy
    0x851f1725bb06cb83,  // binaryAccuracy
    0x55702a17b81496c3,  // squaredError
    0x35c55f5654d60ab9,  // absoluteError
    0xf0a34d9db0a2e0f0,  // addToTotal
    0xefd90a99d5c26309,  // shuffle
    0xec327ead15683d81,  // gemm
    0x24b8b6708434c247,  // sgd
    0x760c1efa2ffa9e1a,  // sgdMomentum
    0x3ae4a01cf246cd7c,  // sgdNesterov
    0x7c9f01cec805fb4f,  // adam
    0xd89eb6eaf3f15355,  // adamAmsgrad
    0x0d76c003628fc835,  // yogi
    0x35fe54ef138cbd19,  // sgdOfDense
    0xe4cc1466ee17912f,  // sgdMomentumOfDense
    0xf565ec1604a0c085,  // sgdNesterovOfDense
    0xc1b8a57b2aa3f7d9,  // adamOfDense
    0x73e375394f07c45b,  // adamAmsgradOfDense
    0xd4f60dfbe81bdf7a,  // yogiOfDense
};

}  // namespace
}  // namespace plummet

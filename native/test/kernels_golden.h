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
    0x03399ba64a86ac2b,  // gradientNorm
    0x3dcabc1d4523f93b,  // clipScale
    0x725bfcc3fa878532,  // scaleGradient
    0x3d61a855d0daffd9,  // clipValues
    0x1519daa4bc60db6c,  // adaptiveClip
    0x7c1a6914037ae106,  // accumulateGradient
    0x594ae7d36c7f652e,  // divideGradient
    0x482f8eba253ecbaf,  // countBatch
    0xef3e440d29892f5f,  // judgeStep
    0xded8e3b810ff44e4,  // scaleRows
    0x6088b3d92d2f2a20,  // averageWeights
    0xb337af234ca8e87d,  // interpolate
    0x2b920ac16efd430f,  // addNoise
    0xf5bf73542deb0285,  // centralize
    0xa7d1cbee261c46ba,  // matrixMoment
    0xe2b078712ffa5275,  // matrixStep
    0x20e5b261160078e4,  // blendSquare
    0x8fbe532844a3412b,  // normScale
    0xc17ae851671d44db,  // soapDirection
    0x9dfc894fbc29b99c,  // reorder
    0x88d97eb599b351a8,  // inverseRoot
    0x69ffec20e7cef098,  // eigenbasis
    0x4ba303e297b19a70,  // adamUint8
    0x09bd03a3c7462ba5,  // adamBfloat16
    0x3a2796edd35f2949,  // adamAmsgradUint8
    0x9fe9679ac0bf27d8,  // adamAmsgradBfloat16
    0x5ad4aec666cea907,  // adamwUint8
    0xdc29a24b8ff4f011,  // adamwBfloat16
    0x56039fa05949f769,  // adamwAmsgradUint8
    0x7125578020252482,  // adamwAmsgradBfloat16
    0xe8f10d8ad3bc9079,  // lionUint8
    0x73666d778e068f49,  // lionBfloat16
    0x0d51fc00dac81653,  // sgd
    0x588d0af596b9ca50,  // sgdMomentum
    0xba3eca7f7cfe40c2,  // sgdNesterov
    0xf36dd0252f10269f,  // adam
    0xc0ce0974048ca703,  // adamAmsgrad
    0xd8d8e5201fac6fad,  // yogi
    0x8eae2d18e6b2f93d,  // adadelta
    0x790df830ad2ce72e,  // adagrad
    0x759d0f35eb9fc1a8,  // adamax
    0x0303dc9a61413242,  // adamw
    0xad32ddc30006ba50,  // adamwAmsgrad
    0x0118d360979c3957,  // nadam
    0x517a3f35d5b210ad,  // radam
    0x30ac6e94ced89f7c,  // rmsprop
    0xe456fc8c19ac8040,  // rmspropCentered
    0x6ec11ef712cbc321,  // rmspropMomentum
    0x64cc51bba1462a1e,  // rmspropCenteredMomentum
    0x73cb680564c5ef03,  // rprop
    0x2d6f26fa9956e3a8,  // sgdVelocity
    0x5dfb99d567d7b2af,  // sgdVelocityNesterov
    0x9f7e331aec36fb0c,  // adabelief
    0x282bbd181f27ad89,  // adabeliefAmsgrad
    0xc050e7d32ebd9fe4,  // adan
    0xd3eafd1f1e60476d,  // ademamix
    0x3514b2f112c47c3c,  // adopt
    0xfe85828ad84e1b73,  // asgd
    0x9c4912bcfca0bb8c,  // ftrl
    0xbcc531810637bf6e,  // lion
    0xe78ca1f2c83f27d0,  // scheduleFreeAdamW
    0x888ec64108c848ec,  // scheduleFreeSGD
    0x6fa5bce78f8b77ac,  // signSgd
    0x27725b4bd45be4be,  // signum
    0xcde1511e353189b0,  // sophiaG
    0xb1fe4ac681bfe6c1,  // sgdOfDense
    0xb85c6a1576478f14,  // sgdMomentumOfDense
    0x7e930586b4270c58,  // sgdNesterovOfDense
    0xede258b0c88e701c,  // adamOfDense
    0x7f94e07ab7fbcded,  // adamAmsgradOfDense
    0xcaf64f6fe399b170,  // yogiOfDense
    0xe79b8e566a5dd93a,  // adadeltaOfDense
    0x75aebd8704720e25,  // adagradOfDense
    0xe08bde32e339a568,  // adamaxOfDense
    0x78e256210475c70c,  // adamwOfDense
    0xa16e8c198dde65d8,  // adamwAmsgradOfDense
    0x3f90015694169a0f,  // nadamOfDense
    0x300ce854d166fc31,  // radamOfDense
    0x29db5bfeb50fc27e,  // rmspropOfDense
    0xbd487289638cc7bf,  // rmspropCenteredOfDense
    0xe34b5974cedfdfcb,  // rmspropMomentumOfDense
    0xb63d9e4b1763e1d4,  // rmspropCenteredMomentumOfDense
    0xda861547138af91a,  // rpropOfDense
    0x406ab186f61f2be0,  // sgdVelocityOfDense
    0xc4ebc96b82d29f3f,  // sgdVelocityNesterovOfDense
    0x681882c153784df4,  // adabeliefOfDense
    0x08c03f53423ff927,  // adabeliefAmsgradOfDense
    0xe4f290b027c75195,  // adanOfDense
    0x5600a8c22ee6d324,  // ademamixOfDense
    0xf81b535e629377d8,  // adoptOfDense
    0x7642c10d26112453,  // asgdOfDense
    0xf01a412955b70967,  // ftrlOfDense
    0x57c83f55ea9946a2,  // lionOfDense
    0xcd3bc2e0bc80e1d7,  // scheduleFreeAdamWOfDense
    0xe16340ecfd35fde0,  // scheduleFreeSGDOfDense
    0x1f25f205180d5ba7,  // signSgdOfDense
    0xf3b720d142649ff1,  // signumOfDense
    0xd57747dd38a01d70,  // sophiaGOfDense
};

}  // namespace
}  // namespace plummet

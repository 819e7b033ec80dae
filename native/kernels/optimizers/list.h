// Every optimizer kernel: X(op, struct, states, hyper). The names of states and scalars are in the order of the
// kernel's operands and of its Hyper; src/plan/ops.ts has the same, and a test compares them.
#pragma once

#define PLUMMET_OPTIMIZERS(X)                                                                                    \
  X(sgd, Sgd, "", "learningRate,weightDecay")                                                                    \
  X(sgdMomentum, SgdMomentum, "momentumBuffer", "learningRate,weightDecay,momentum,oneMinusDampening")           \
  X(sgdNesterov, SgdNesterov, "momentumBuffer", "learningRate,weightDecay,momentum,oneMinusDampening,lookahead") \
  X(adam, Adam, "expAvg,expAvgSq", "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,weightDecay") \
  X(adamAmsgrad, AdamAmsgrad, "expAvg,expAvgSq,maxExpAvgSq",                                                     \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,weightDecay")                                \
  X(yogi, Yogi, "expAvg,expAvgSq", "beta1,oneMinusBeta1,oneMinusBeta2,rate,rootScale,epsilon,weightDecay")
